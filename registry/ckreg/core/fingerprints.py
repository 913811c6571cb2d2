"""Fingerprints of what a result depends on, in the words that a document has for them."""

from ckreg.core.resources import ModelFacts, ScriptFacts
from ckreg.core.units import count

FINGERPRINT = "Fingerprint"
DIGEST = "SHA-256"
COMMIT = "Script commit"
VERSIONS = "Versions"


def model_fingerprint(facts: ModelFacts) -> str | None:
    """``Llama: config.json SHA-256 `...`, weights 2,471,645,608 bytes``; None where neither is known."""
    parts = []
    if facts.config:
        name, digest = facts.config
        parts.append(f"{name} SHA-256 `{digest}`")
    if facts.weight_bytes is not None:
        parts.append(f"weights {count(facts.weight_bytes)} bytes")
    return f"{facts.name}: {', '.join(parts)}" if parts else None


def script_commit(facts: ScriptFacts) -> str | None:
    """The task and the commit that last changed its script; None where git does not know it."""
    return f"{facts.task}: `{facts.commit}`" if facts.commit else None
