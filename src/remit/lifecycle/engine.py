"""BPMN 2.0 processes: loaded from XML that is not trusted, run with CEL as the only expression language.

A definition says what may happen; a run says where one subject stands in it. Service tasks are not run
here: they wait, like the tasks of people, until someone completes them with a result. What a task yields
is read by later conditions under the task's id (`checks.passed`), what the process was started with
under `subject` (`subject.tier`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser, full_tag
from SpiffWorkflow.bpmn.parser.event_parsers import EndEventParser, StartEventParser
from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser, GatewayParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment
from SpiffWorkflow.bpmn.serializer import DEFAULT_CONFIG, BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.default.task_spec import (
    ConditionalGatewayConverter,
    ParallelGatewayConverter,
)
from SpiffWorkflow.bpmn.specs.defaults import (
    EndEvent,
    ExclusiveGateway,
    InclusiveGateway,
    ParallelGateway,
    StartEvent,
    UserTask,
)
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.util.task import TaskState

from remit.kernel.problems import Conflict, Invalid
from remit.lifecycle import bpmn
from remit.lifecycle.bpmn import SUBJECT, Definition, Element


@dataclass(frozen=True, slots=True)
class Diagram:
    """Ids of the elements and flows that are done, and of those that wait now; all others are to come."""

    done: tuple[str, ...]
    now: tuple[str, ...]


def load(xml: bytes) -> Definition:
    """Return the definition in `xml`, checked and ready to run.

    Raises:
        Invalid: not BPMN, or something in it is not supported; the detail names the element and its line.
    """
    definition = bpmn.read(xml)
    _spec(xml)
    return definition


def _parents_first(instance: Mapping[str, Any]) -> dict[str, Any]:
    """Return an instance with its tasks in the order of the tree.

    A task's data is stored as the difference from its parent's, and JSONB does not keep the order of keys.
    """
    tasks = instance["tasks"]
    ordered: dict[str, Any] = {}
    frontier = [instance["root"]]
    while frontier:
        here = frontier.pop(0)
        ordered[here] = tasks[here]
        frontier += tasks[here]["children"]
    return {**instance, "tasks": ordered}


class Run:
    """One subject's way through a definition."""

    def __init__(self, definition: Definition, workflow: BpmnWorkflow) -> None:
        self.definition = definition
        self._workflow = workflow
        workflow.script_engine = _Rules(definition.elements)

    @classmethod
    def start(cls, definition: Definition, subject: Mapping[str, Any]) -> Run:
        """Begin, and move on to the first tasks that wait.

        Raises:
            Conflict: a condition cannot be evaluated.
        """
        run = cls(definition, BpmnWorkflow(_spec(definition.xml)))
        first = run._workflow.get_next_task(state=TaskState.READY)
        first.data[SUBJECT] = dict(subject)
        run._advance()
        return run

    @classmethod
    def restore(cls, definition: Definition, state: Mapping[str, Any]) -> Run:
        """Return the run that `state()` described; the definition must be the one it began with.

        Raises:
            Conflict: the state belongs to another definition.
        """
        if state.get("definition") != definition.digest:
            raise Conflict(
                f"This process began under another definition than {definition.key}.",
                remedy="Restore it with the definition it names.",
            )
        whole = {
            **_parents_first(state["instance"]),
            "spec": _serializer().to_dict(_spec(definition.xml)),
            "subprocess_specs": {},
        }
        return cls(definition, _serializer().from_dict(whole))

    def state(self) -> dict[str, Any]:
        """Return this run as JSON types, without its definition."""
        whole = _serializer().to_dict(self._workflow)
        instance = {key: value for key, value in whole.items() if key not in {"spec", "subprocess_specs"}}
        return {"definition": self.definition.digest, "instance": instance}

    @property
    def ended(self) -> bool:
        """Tell whether nothing more can happen."""
        return bool(self._workflow.is_completed())

    @property
    def end(self) -> str:
        """The id of the end event that was reached, or nothing."""
        reached = [t for t in self._tasks(TaskState.COMPLETED) if t.task_spec.bpmn_id in self.definition.ends]
        return reached[-1].task_spec.bpmn_id if self.ended and reached else ""

    def ready(self) -> tuple[Element, ...]:
        """Return the tasks that wait, in the order of the definition."""
        waiting = {task.task_spec.bpmn_id for task in self._waiting()}
        return tuple(e for e in self.definition.elements.values() if e.id in waiting)

    def facts(self) -> dict[str, Any]:
        """Return what conditions can read at the tasks that wait, or at the end."""
        tasks = self._waiting() or self._tasks(TaskState.COMPLETED)
        facts: dict[str, Any] = {}
        for task in tasks:
            facts |= task.data
        return facts

    def tell(self, **facts: Any) -> None:
        """Add facts about the subject for the conditions ahead."""
        for task in self._tasks(TaskState.READY | TaskState.WAITING):
            task.data[SUBJECT] = {**task.data.get(SUBJECT, {}), **facts}

    def complete(self, element_id: str, result: Mapping[str, Any]) -> None:
        """Complete a waiting task with what it yields, and move on to the next tasks that wait.

        Raises:
            Conflict: the task does not wait, or a condition that reads the result cannot be evaluated.
        """
        task = next((t for t in self._waiting() if t.task_spec.bpmn_id == element_id), None)
        if task is None:
            raise Conflict(f"{element_id} is not waiting in this process.", remedy="Reload the page.")
        # after a way back, what lay ahead is judged anew: its old results must not answer a condition
        for stale in bpmn.ahead(self.definition, {element_id}):
            for other in self._workflow.get_tasks():
                other.data.pop(stale, None)
        task.data[element_id] = dict(result)
        task.run()
        self._advance()

    def diagram(self) -> Diagram:
        """Return what is done and what waits. After a way back, what lies ahead again is to come."""
        now = {element.id for element in self.ready()}
        ahead = bpmn.ahead(self.definition, now)
        taken = set()
        passed = set()
        for task in self._tasks(TaskState.COMPLETED | TaskState.READY):
            here, before = task.task_spec.bpmn_id, task.parent and task.parent.task_spec.bpmn_id
            taken.add((before, here))
            passed.add(here)
        nodes = {self.definition.start, *self.definition.elements, *self.definition.ends}
        nodes |= {end for _, a, b in self.definition.flows for end in (a, b)}
        done = (passed & nodes) - now - ahead
        back = bpmn.back_flows(self.definition)
        flows = {
            flow
            for flow, a, b in self.definition.flows
            if (a, b) in taken and a in done and b in done | now and flow not in back
        }
        return Diagram(done=tuple(sorted(done | flows)), now=tuple(sorted(now)))

    def _advance(self) -> None:
        try:
            self._workflow.do_engine_steps()
            # a branch that ended elsewhere tells no join that it is not coming
            for join in self._tasks(TaskState.WAITING):
                join.task_spec._update(join)
            self._workflow.do_engine_steps()
        except SpiffWorkflowException as error:
            raise Conflict(
                f"{self.definition.name} cannot go on: {error}.",
                remedy="Correct the definition or the result.",
            ) from error
        if not self.ended and not self._waiting():
            raise Conflict(
                f"{self.definition.name} stands still: no task waits and no end is reached.",
                remedy="Correct the definition: a join waits for a branch that cannot come.",
            )

    def _waiting(self) -> list[Any]:
        return self._workflow.get_tasks(state=TaskState.READY, manual=True)

    def _tasks(self, state: TaskState) -> list[Any]:
        return [t for t in self._workflow.get_tasks(state=state) if t.task_spec.bpmn_id]


class _Rules(PythonScriptEngine):
    """Answers SpiffWorkflow's questions with CEL; there is no Python to run."""

    def __init__(self, elements: Mapping[str, Element]) -> None:
        super().__init__(_NoPython())
        self._environment = bpmn.environment(elements)
        self._nothing_yet: dict[str, Any] = {name: {} for name in (SUBJECT, *elements)}

    def validate(self, expression: str) -> None:
        """Refuse what is not CEL over the process's facts."""
        self._environment.compile(expression)

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> bool:  # noqa: ARG002 - SpiffWorkflow's signature
        """Answer a condition; what cannot be evaluated stops the process instead of choosing a way."""
        verdict = self._environment.compile(expression).check(self._nothing_yet | task.data)
        if verdict.status == "error":
            raise Conflict(
                f"The condition {expression} cannot be evaluated: {verdict.reason}",
                remedy="Complete the task with every result that the conditions after it read.",
            )
        return verdict.passed

    def execute(self, task: Any, script: str, external_context: Any = None) -> bool:  # noqa: ARG002 - SpiffWorkflow's signature
        """Refuse."""
        raise Invalid("Scripts do not run in a process.")


class _NoPython(BasePythonScriptEngineEnvironment):
    """The default environment would `eval`; this one has nothing to evaluate with."""

    def evaluate(self, expression: str, context: Any, external_context: Any = None) -> Any:  # noqa: ARG002 - SpiffWorkflow's signature
        """Refuse."""
        raise Invalid(f"{expression} stands where only task conditions are allowed.")

    def execute(self, script: str, context: Any, external_context: Any = None) -> Any:  # noqa: ARG002 - SpiffWorkflow's signature
        """Refuse."""
        raise Invalid("Scripts do not run in a process.")


class _Join:
    """When a gateway with several ways in may go on. SpiffWorkflow's own check counts what arrived in an
    earlier round of a loop, so that after a way back a join went on before all its reviews were in.
    """

    def _arrived(self, task: Any) -> set[Any]:
        """The specifications of the tasks whose ways into this join were completed in this round."""
        here = [t for t in task.workflow.get_tasks(spec_name=task.task_spec.name) if t.parent is not None]
        now = _round_of(task)
        return {
            t.parent.task_spec
            for t in here
            if t.parent.has_state(TaskState.COMPLETED) and _round_of(t) == now
        }


def _round_of(task: Any) -> Any:
    """The earlier passage through the same join that this one follows, if any."""
    ancestor = task.parent
    while ancestor is not None and ancestor.task_spec != task.task_spec:
        ancestor = ancestor.parent
    return ancestor and ancestor.id


class _Parallel(_Join, ParallelGateway):
    """Goes on when every way in was taken in this round."""

    def _check_threshold_unstructured(self, my_task: Any) -> bool:
        return self._arrived(my_task) >= set(self.inputs)


class _Inclusive(_Join, InclusiveGateway):
    """Goes on when nothing that is still at work could come here."""

    def _check_threshold_unstructured(self, my_task: Any) -> bool:
        active = my_task.workflow.get_tasks(state=TaskState.READY | TaskState.WAITING | TaskState.STARTED)
        at_work = {t.task_spec for t in active if t.task_spec != self}
        missing, seen = set(self.inputs) - self._arrived(my_task), set()
        while missing:
            spec = missing.pop()
            if spec in at_work:
                return False
            seen.add(spec)
            missing |= {before for before in spec.inputs if before not in seen and before != self}
        return True


class _Parser(BpmnParser):
    """Knows only what is supported. Service tasks become tasks that wait."""

    PARSER_CLASSES = {  # noqa: RUF012 - SpiffWorkflow's attribute, never changed
        full_tag("startEvent"): (StartEventParser, StartEvent),
        full_tag("endEvent"): (EndEventParser, EndEvent),
        full_tag("userTask"): (TaskParser, UserTask),
        full_tag("manualTask"): (TaskParser, UserTask),
        full_tag("serviceTask"): (TaskParser, UserTask),
        full_tag("exclusiveGateway"): (ConditionalGatewayParser, ExclusiveGateway),
        full_tag("inclusiveGateway"): (ConditionalGatewayParser, _Inclusive),
        full_tag("parallelGateway"): (GatewayParser, _Parallel),
    }


@lru_cache(maxsize=1)
def _serializer() -> BpmnWorkflowSerializer:
    ours = {_Parallel: ParallelGatewayConverter, _Inclusive: ConditionalGatewayConverter}
    return BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(DEFAULT_CONFIG | ours), version="remit-1")


@lru_cache(maxsize=64)
def _spec(xml: bytes) -> Any:
    root = bpmn.parsed(xml)
    parser = _Parser()
    try:
        parser.add_bpmn_xml(root, "definition")
        return parser.get_spec(parser.get_process_ids()[0])
    except SpiffWorkflowException as error:
        raise Invalid(f"The definition cannot be run: {error}.") from error
