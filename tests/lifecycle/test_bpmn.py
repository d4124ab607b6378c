"""Files that are not trusted: what is refused, and that the refusal names the element and its line."""

from pathlib import Path

import pytest

from remit.inventory.models import STAGES
from remit.kernel.problems import Invalid
from remit.lifecycle import bpmn, engine
from remit.people.rules import roles

DEFINITIONS = sorted(Path(bpmn.__file__).parent.joinpath("definitions").glob("*.bpmn"))
HEAD = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" id="d" targetNamespace="urn:test">
<bpmn:process id="small" isExecutable="true">
<bpmn:startEvent id="start"/>
<bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="work"/>
"""
PROPERTIES = """<bpmn:extensionElements><spiffworkflow:properties>
<spiffworkflow:property name="role" value="model_owner"/>
<spiffworkflow:property name="stage" value="approval"/>
<spiffworkflow:property name="outcomes" value="yes,no"/>
</spiffworkflow:properties></bpmn:extensionElements>"""
WORK = f'<bpmn:userTask id="work">{PROPERTIES}</bpmn:userTask>\n'
TAIL = """<bpmn:endEvent id="end"/>
<bpmn:sequenceFlow id="f2" sourceRef="work" targetRef="end"/>
</bpmn:process></bpmn:definitions>"""


def gateway(condition, default=' default="f4"'):
    flow = (
        '<bpmn:sequenceFlow id="f3" sourceRef="choice" targetRef="end">'
        f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{condition}</bpmn:conditionExpression>'
        "</bpmn:sequenceFlow>"
    )
    return (
        f'<bpmn:exclusiveGateway id="choice"{default}/>\n{flow}\n'
        '<bpmn:sequenceFlow id="f4" sourceRef="choice" targetRef="other"/>\n'
        '<bpmn:endEvent id="other"/>\n<bpmn:endEvent id="end"/>\n'
        '<bpmn:sequenceFlow id="f2" sourceRef="work" targetRef="choice"/>\n'
        "</bpmn:process></bpmn:definitions>"
    )


def refused(xml: str) -> str:
    with pytest.raises(Invalid) as problem:
        engine.load(xml.encode())
    return problem.value.detail


def test_the_small_process_is_accepted():
    assert set(engine.load((HEAD + WORK + TAIL).encode()).elements) == {"work"}


@pytest.mark.parametrize("file", DEFINITIONS, ids=lambda file: file.stem)
def test_what_remit_comes_with_is_sound(file):
    definition = engine.load(file.read_bytes())
    assert definition.key == file.stem.replace("-", "_")
    for element in definition.elements.values():
        assert element.stage in dict(STAGES)
        assert element.lane
        assert element.service or element.role in roles()
    for stage in definition.ends.values():
        assert stage in dict(STAGES)


@pytest.mark.parametrize("file", DEFINITIONS, ids=lambda file: file.stem)
def test_every_node_and_flow_is_drawn(file):
    root = bpmn.parsed(file.read_bytes())
    drawn = {e.get("bpmnElement") for e in root.iter() if e.get("bpmnElement")}
    process = root.find(f"{{{bpmn.BPMN}}}process")
    kinds = {"userTask", "serviceTask", "startEvent", "endEvent", "sequenceFlow"}
    named = {e.get("id") for e in process if e.tag.split("}")[-1] in kinds or "Gateway" in e.tag}
    assert named <= drawn


@pytest.mark.parametrize(
    ("element", "name"),
    [
        ('<bpmn:scriptTask id="work"><bpmn:script>import os</bpmn:script></bpmn:scriptTask>', "scriptTask"),
        (WORK.replace("<spiffworkflow:properties>", "<spiffworkflow:preScript>import os"
         "</spiffworkflow:preScript><spiffworkflow:properties>"), "preScript"),
        (WORK.replace("<spiffworkflow:properties>", "<spiffworkflow:postScript>import os"
         "</spiffworkflow:postScript><spiffworkflow:properties>"), "postScript"),
        (WORK.replace("<bpmn:extensionElements>", "<bpmn:extensionElements>"
         '<c:taskListener xmlns:c="urn:camunda" expression="${os}"/>'), "taskListener"),
        ('<bpmn:callActivity id="work" calledElement="other"/>', "callActivity"),
        ('<bpmn:subProcess id="work"/>', "subProcess"),
        ('<bpmn:businessRuleTask id="work"/>', "businessRuleTask"),
        (WORK.replace("<spiffworkflow:properties>", '<spiffworkflow:serviceTaskOperator id="x"/>'
         "<spiffworkflow:properties>"), "serviceTaskOperator"),
        (WORK.replace("</bpmn:userTask>", "<bpmn:multiInstanceLoopCharacteristics/></bpmn:userTask>"),
         "multiInstanceLoopCharacteristics"),
        ('<bpmn:intermediateCatchEvent id="work"/>', "intermediateCatchEvent"),
    ],
)  # fmt: skip
def test_what_could_run_code_or_is_not_supported_is_refused_by_name_and_line(element, name):
    said = refused(HEAD + element + TAIL)
    line = next(i for i, text in enumerate((HEAD + element).splitlines(), 1) if f":{name}" in text)
    assert said.startswith(f"Line {line}: {name}")


def test_entity_expansion_is_refused():
    bomb = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    assert "document type" in refused(
        bomb + HEAD.replace('id="small"', 'id="small" name="&b;"') + WORK + TAIL
    )


def test_an_external_entity_is_not_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("password")
    doctype = f'<!DOCTYPE d [<!ENTITY x SYSTEM "file://{secret}">]>'
    said = refused(
        doctype + HEAD + WORK.replace('<bpmn:userTask id="work">', '<bpmn:userTask id="work">&x;') + TAIL
    )
    assert "document type" in said
    assert "password" not in said


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ("work.outcome == ", "its condition is wrong"),
        ("wrok.outcome == 'yes'", "wrok.outcome is not among the declared facts"),
        ("__import__('os').popen('id').read() == ''", "its condition is wrong"),
    ],
)
def test_a_condition_that_is_not_a_rule_is_refused(condition, says):
    said = refused(HEAD + WORK + gateway(condition))
    assert "sequenceFlow f3" in said
    assert says in said


def test_a_gateway_needs_a_way_on():
    assert "exclusiveGateway choice: no way is left" in refused(
        HEAD + WORK + gateway("work.outcome == 'yes'", "")
    )


@pytest.mark.parametrize(
    ("xml", "says"),
    [
        ("<not-xml", "not XML"),
        ("<svg xmlns='http://www.w3.org/2000/svg'/>", "not BPMN"),
        (HEAD.replace('isExecutable="true"', "") + WORK + TAIL, "not marked executable"),
        (HEAD + WORK.replace("model_owner", "") + TAIL, "lacks the extension property role"),
        (HEAD + WORK.replace('name="role"', 'name="rôle"') + TAIL, "not a property Remit reads"),
        (HEAD + WORK.replace('name="outcomes" value="yes,no"', 'name="sla" value="-3"') + TAIL, "outcomes"),
        (HEAD + WORK + TAIL.replace('targetRef="end"', 'targetRef="nowhere"'), "leads from or to nowhere"),
        (HEAD + WORK + WORK + TAIL, "given twice"),
        (HEAD + WORK + '<bpmn:endEvent id="lost"/>' + TAIL, "no flow leads here"),
        ((HEAD + WORK + TAIL).replace('"work"', '"my-work"'), "cannot be named in a condition"),
        ((HEAD + WORK + TAIL).replace('"work"', '"subject"'), "cannot be named in a condition"),
        (HEAD.replace('<bpmn:startEvent id="start"/>', "") + WORK + TAIL, "start, which is not there"),
        ("<a>" + "x" * bpmn.LARGEST + "</a>", "bytes"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(xml, says):
    assert says in refused(xml)


def test_a_very_long_chain_is_refused_before_anything_recurses():
    many = "".join(
        f'<bpmn:userTask id="t{i}">{PROPERTIES}</bpmn:userTask>'
        f'<bpmn:sequenceFlow id="g{i}" sourceRef="{"work" if i == 0 else f"t{i - 1}"}" targetRef="t{i}"/>'
        for i in range(1500)
    )
    assert "more than 200" in refused(HEAD + WORK + many + TAIL)
