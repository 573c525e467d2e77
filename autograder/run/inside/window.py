"""The days of which each adapter tells when a pipeline would start by itself."""

from datetime import UTC, datetime

WINDOW = (datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 12, tzinfo=UTC))
