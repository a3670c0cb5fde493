"""A sentence-transformers folder with random weights: the speed of a model, and nothing else.

A MiniLM in size (6 layers of 384, 12 heads), with a WordPiece vocabulary learned from the passages
at hand, so that a passage has about as many pieces as a French model would cut it into. Made
without a download. What it finds is noise: never use it to rank.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

LAYERS = 6
WIDTH = 384
HEADS = 12
WINDOW = 256
VOCABULARY = 8_000
SPECIAL = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}


def build(folder: Path, passages: Iterable[str]) -> Path:
    """Write the model to `folder`; returns it."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    bare = folder / "bert"
    bare.mkdir(parents=True)
    wrapped: Any = PreTrainedTokenizerFast
    tokenizer = wrapped(tokenizer_object=_word_pieces(passages), model_max_length=WINDOW, **SPECIAL)
    tokenizer.save_pretrained(str(bare))
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        intermediate_size=4 * WIDTH,
        max_position_embeddings=512,
    )
    BertModel(config).save_pretrained(str(bare))
    transformer = Transformer(str(bare), max_seq_length=WINDOW)
    model = SentenceTransformer(
        modules=[transformer, Pooling(WIDTH, pooling_mode="mean"), Normalize()], device="cpu"
    )
    model.save(str(folder / "minilm-random"), create_model_card=False)
    return folder / "minilm-random"


def _word_pieces(passages: Iterable[str]) -> object:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=VOCABULARY, special_tokens=list(SPECIAL.values()), show_progress=False
    )
    tokenizer.train_from_iterator(passages, trainer)
    ids = {token: number for number, token in enumerate(SPECIAL.values())}  # learned first
    tokenizer.post_processor = processors.BertProcessing(
        ("[SEP]", ids["[SEP]"]), ("[CLS]", ids["[CLS]"])
    )
    return tokenizer
