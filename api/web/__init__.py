"""The pages that people use, served by the process that serves the API."""
