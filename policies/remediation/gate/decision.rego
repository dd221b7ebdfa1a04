# The gate: the one entry of the compiled bundle. It only gathers; what is right and wrong stands in the rules' packages,
# which are pure functions of what was and what would be.
package remediation.gate

import data.remediation.lib

# METADATA
# description: The verdict over one plan. Without an answer from every rule it is no.
# entrypoint: true
decision := {
	"allow": count(violations) == 0,
	"tier": tier,
	"violations": sort([violation | some violation in violations]),
	"warnings": sort([text | some text in warnings]),
	"requires": {
		"approvals": approvals[tier],
		"priorApproval": prior_approval,
		"reviewers": reviewers,
		"labels": ["fleetmend", concat("", ["fleetmend/", lower(tier)])],
	},
}

default prior_approval := false

prior_approval if tier in input.policy.priorApprovalTiers

default reviewers := []

reviewers := ["owners"] if tier == "T2"

violations contains tidy(violation) if {
	some rule in judged_plan
	some violation in rule
}

violations contains tidy(placed(violation, judged.ref)) if {
	some judged in judged_objects
	some rule in judged.rules
	some violation in rule
}

# A rule that gave no answer is a no: the input has a shape that nobody thought of.
violations contains lib.unsafe("E01", "", "a rule gave no answer for the plan") if not judged_plan

violations contains lib.unsafe("E01", "/change/objects", "a rule gave no answer for an object") if {
	count(judged_objects) != count(input.change.objects)
}

violations contains tidy(violation) if some violation in custom_violations

warnings contains text if {
	some judged in judged_objects
	some rule in judged.warnings
	some warning in rule
	text := line(placed(warning, judged.ref))
}

warnings contains text if some text in custom_warnings

# placed says which object a rule's answer is about.
placed(answer, ref) := object.union(answer, {"path": path}) if {
	where := concat("/", [ref.kind, ref.namespace, ref.name])
	path := concat("#", [part | some part in [where, answer.path]; part != ""])
}

line(warning) := clip(concat(" ", [concat("", [warning.id, ":"]), warning.path, warning.message]), 256)

# tidy keeps an answer within what a request's status can hold, and leaves out a time that nobody knows.
tidy(violation) := object.union(
	{
		"id": clip(violation.id, 32),
		"class": violation.class,
		"path": clip(violation.path, 512),
		"message": clip(violation.message, 512),
	},
	{"notBefore": time | time := lib.field(violation, "notBefore"); time != null},
)

clip(text, length) := substring(text, 0, length)
