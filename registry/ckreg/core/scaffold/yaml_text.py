"""Trees as YAML that every reader takes alike: PyYAML (YAML 1.1), OmegaConf and ruamel.yaml (1.2)."""

import io
import re

from ruamel.yaml import YAML
from ruamel.yaml.nodes import Node
from ruamel.yaml.representer import SafeRepresenter

from ckreg.core.scaffold.quoting import Quoted

_WIDEST_LINE = 100_000
# No number, time, truth value or null in any version of YAML.
_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


class _Representer(SafeRepresenter):
    """Quotes every text that some reader could take for something else."""

    def represent_text(self, text: str) -> Node:
        plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
        return self.represent_scalar("tag:yaml.org,2002:str", str(text), style=None if plain else '"')

    def represent_number(self, number: float) -> Node:
        # PyYAML takes `1e-05` for text; with a point it is a number to all.
        text = repr(number)
        if "e" in text and "." not in text:
            text = text.replace("e", ".0e")
        return self.represent_scalar("tag:yaml.org,2002:float", text)

    def represent_items(self, items: list[object]) -> Node:
        return self.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)


_Representer.add_representer(str, _Representer.represent_text)
_Representer.add_representer(float, _Representer.represent_number)
_Representer.add_representer(list, _Representer.represent_items)


def yaml_text(value: object) -> Quoted:
    """A mapping as lines, one a key, each with its end; any other value on one line without."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Representer = _Representer
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # ruamel annotates no such thing
    yaml.width = _WIDEST_LINE
    out = io.StringIO()
    if isinstance(value, dict):
        yaml.dump(value, out)
        return Quoted(out.getvalue())
    yaml.dump([value], out)
    return Quoted(out.getvalue().strip().removeprefix("[").removesuffix("]"))
