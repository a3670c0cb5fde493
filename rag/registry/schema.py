"""The registry's tables. Migrations lead to them; a test compares."""

from __future__ import annotations

from sqlalchemy import MetaData

metadata = MetaData()
