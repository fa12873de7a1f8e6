"""The figures, read from the database when they are asked for: any process can say them, and none adds up.

Two queries, however many statements there are. Registrations and stores are named, people are not.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.orm import Session

from lti_tool.core import clock
from lti_tool.statements.status import Standing, Trouble, standings, troubles

_OF = ("registration", "platform", "store")


class StatementsCollector(Collector):
    """What `segue statements status` says, as metrics."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def collect(self) -> Iterator[Metric]:
        rows = standings(self._session)
        yield from _of_registrations(rows, clock.now())
        yield from _of_stores(sorted({row.address for row in rows}), troubles(self._session))


def _of_registrations(rows: Sequence[Standing], now: datetime) -> Iterator[Metric]:
    waiting = GaugeMetricFamily("segue_statements_waiting", "Statements not sent yet.", labels=_OF)
    oldest = GaugeMetricFamily(
        "segue_statements_oldest_waiting_seconds", "Age of the one that waits longest.", labels=_OF
    )
    parked = GaugeMetricFamily(
        "segue_statements_parked", "Statements that their record store refuses.", labels=_OF
    )
    sent = CounterMetricFamily("segue_statements_sent", "Statements that were delivered.", labels=_OF)
    for row in rows:
        platform = row.label or urlsplit(row.issuer).hostname or row.issuer
        labels = [str(row.registration_id), platform, row.address]
        waiting.add_metric(labels, row.waiting)
        oldest.add_metric(labels, (now - row.oldest).total_seconds() if row.oldest else 0)
        parked.add_metric(labels, row.parked)
        sent.add_metric(labels, row.sent)
    yield from (waiting, oldest, parked, sent)


def _of_stores(addresses: Sequence[str], found: Sequence[Trouble]) -> Iterator[Metric]:
    """Where several accounts are used at one address, the one that fares worst counts."""
    alone = GaugeMetricFamily(
        "segue_record_store_left_alone", "1 while nothing is sent there, as it fails.", labels=["store"]
    )
    failures = GaugeMetricFamily(
        "segue_record_store_failures", "Failures in a row; 0 where it is well.", labels=["store"]
    )
    for address in addresses:
        here = [one for one in found if one.address == address]
        alone.add_metric([address], float(any(one.until for one in here)))
        failures.add_metric([address], max((one.failures for one in here), default=0))
    yield from (alone, failures)
