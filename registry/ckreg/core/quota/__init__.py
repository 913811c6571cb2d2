"""What a `quota`-like command says of the space that is left; `read_quota` is the way in."""

from ckreg.core.quota.choosing import Quota, Understood, read_quota

__all__ = ["Quota", "Understood", "read_quota"]
