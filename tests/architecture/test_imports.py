"""The direction of imports, as pyproject.toml states it in whole sentences."""

import tomllib
from pathlib import Path

from importlinter.cli import lint_imports

CONFIGURATION = Path(__file__).parents[2] / "pyproject.toml"


def test_every_contract_is_kept(capsys) -> None:
    status = lint_imports(config_filename=str(CONFIGURATION), cache_dir=None, no_cache=True)
    assert status == 0, capsys.readouterr().out


def test_a_contract_is_a_sentence() -> None:
    contracts = tomllib.loads(CONFIGURATION.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    assert len(contracts) >= 5
    for contract in contracts:
        assert len(contract["name"].split()) >= 5, contract["name"]
