"""The policy in force: the file that ships, then what was published, in every process within a sweep."""

from __future__ import annotations

from typing import Any, Iterator

import pytest
import yaml

from contracts.errors import ContractError
from service.policies import service as policies
from service.tickets.sla import repository
from service.tickets.sla import service as sla
from tests.service.tickets.conftest import Office


@pytest.fixture(autouse=True)
def as_shipped() -> Iterator[None]:
    policies.understood_by(sla.TABLE, sla.check)
    yield
    sla.put_in_force(None)


def _rows(**changed: Any) -> list[dict[str, Any]]:
    rows = yaml.safe_load(repository.PATH.read_text(encoding="utf-8"))["sla"]
    return [{**row, "value": changed.get(row["id"], row["value"])} for row in rows]


async def test_a_published_table_is_in_force_with_the_next_sweep(office: Office) -> None:
    await office.worker.sweep()
    assert sla.policy().version == 0
    await office.write(lambda c: policies.publish(c, "sla", _rows(urges=7), "boss", "少打扰主管", office.now))
    await office.worker.sweep()
    assert (sla.policy().version, sla.policy().urges) == (1, 7)
    assert await office.database.read(sla.refresh) is False


@pytest.mark.parametrize("wrong", [{"urges": "many"}, {"priorities": {}}, {"delivery": {}}, {"clocks": {"always": 1}}])
async def test_what_cannot_be_gone_by_is_not_published(office: Office, wrong: dict[str, Any]) -> None:
    with pytest.raises(ContractError):
        await office.write(lambda c: policies.publish(c, "sla", _rows(**wrong), "boss", "x", office.now))
    await office.worker.sweep()
    assert sla.policy().version == 0
