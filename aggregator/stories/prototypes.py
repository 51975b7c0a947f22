"""How near a story is to the topics: the cosine of its mean vector with the nearest prototype of each."""

import functools

import numpy as np

from aggregator.setting_sections import EmbedSettings
from aggregator.store.columns import Vector
from aggregator.stories.embedding import load_embedder, refuse_strange, space_of
from aggregator.stories.score import DECIMALS
from aggregator.stories.topics import Topics


def nearness(topics: Topics, settings: EmbedSettings, story: Vector | None) -> dict[str, float]:
    """By slug, for the topics that have prototypes; `story` is a unit vector of the model in `settings`, or None.

    The prototypes are embedded once a process; without any the model is not loaded. Raises as `load_embedder`.
    """
    if story is None or not any(topic.prototypes for topic in topics.topics):
        return {}
    found = _prototypes(topics, settings.model_dump_json())
    return {slug: round(float((vectors @ story).max()), DECIMALS) for slug, vectors in found.items()}


@functools.lru_cache(maxsize=2)
def _prototypes(topics: Topics, settings: str) -> dict[str, Vector]:
    one = EmbedSettings.model_validate_json(settings)
    embedder = load_embedder(one.model, one.max_tokens, one.threads, one.engine)
    refuse_strange(embedder, space_of(one.model, one.max_tokens, one.engine))
    return {
        topic.slug: np.asarray(embedder.embed(list(topic.prototypes)), np.float32)
        for topic in topics.topics
        if topic.prototypes
    }
