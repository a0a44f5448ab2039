"""What holds for all tests."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# A busy machine must not fail a test: what is slow is measured in benchmarks/, not here.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("house", patient, max_examples=50)
settings.register_profile("ci", patient, max_examples=150)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "house")
