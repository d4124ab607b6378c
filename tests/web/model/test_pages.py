"""Every tab of a model, from one with nothing to one in business."""

import pytest

TABS = (
    "", "lifecycle/", "versions/", "evidence/", "controls/", "monitoring/", "decisions/", "value/",
    "issues/", "history/",
)  # fmt: skip


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("step", ["registered", "deployed"])
def test_every_tab_answers(mortgage, sign_in, tab, step):
    mortgage.until(step)
    answer = sign_in(mortgage.people.hannah).get(f"/models/MDL-0001/{tab}")
    assert answer.status_code == 200, answer.text
