package remediation.gate

import data.remediation.availability
import data.remediation.boundary
import data.remediation.flow
import data.remediation.image
import data.remediation.lib
import data.remediation.resources
import data.remediation.security
import data.remediation.shape

# Every rule, by id. A rule that is undefined for some input makes its whole row undefined, which the decision reads as no.

judged_plan := {
	"E01": shape.e01_input(input),
	"B07": (boundary.b07_edit(input.change.files, edit_policy) | boundary.b07_mended(input.plan, since)),
	"F01": flow.f01(input.plan, input.facts),
	"F02": flow.f02(input.plan, input.facts),
	"F03": flow.f03(input.facts),
	"F04": flow.f04(input.facts),
	"F05": flow.f05(input.plan, input.facts),
	"F06": flow.f06(input.plan, input.facts),
	"F07": flow.f07(input.plan),
	"F08": flow.f08(input.plan, input.facts),
	"F09": flow.f09(input.plan, input.facts),
	"F10": flow.f10(input.policy),
}

judged_objects[index] := {"ref": ref, "rules": rules, "warnings": notes, "steers": steers} if {
	some index, change in input.change.objects
	before := object_of(change.before)
	after := object_of(change.after)
	ref := object.filter(change, ["cluster", "apiVersion", "kind", "namespace", "name", "op"])
	context := {
		"ref": ref,
		"cluster": input.request.cluster,
		"target": input.request.target,
		"namespaces": namespaces,
		"mends": mends,
		"action": input.plan.action,
		"environment": lib.at(input, ["request", "clusterLabels", "env"]),
		# Every changed value equals an earlier committed one of the same field.
		"restores": restores,
		"undoes": undoes,
		"failure": lib.at(input, ["request", "failure", "class"]),
		"secrets_in_git": secrets_in_git,
		"norm": {entry.path: entry | some entry in input.change.norm; entry.object == index},
	}
	rules := own_rules(object_rules(before, after, context))
	steers := boundary.steers_back(before, after, context)
	notes := [image.i02_warnings(before, after), resources.r01_warnings(before, after)]
}

object_rules(before, after, context) := {
	"E01": (shape.e01_object(before) | shape.e01_object(after)),
	"S01": security.s01(before, after, context),
	"S02": security.s02(before, after, context),
	"S03": security.s03(before, after, context),
	"S04": security.s04(before, after, context),
	"S05": security.s05(before, after, context),
	"S06": security.s06(before, after, context),
	"S07": security.s07(before, after, context),
	"S08": security.s08(before, after, context),
	"S09": security.s09(before, after, context),
	"podSecurity": security.profile(after, data.remediation.limits.podSecurity),
	"I01": image.i01(before, after, context),
	"I02": image.i02(before, after, context),
	"I03": image.i03(before, after, context),
	"I04": image.i04(before, after, context),
	"R01": resources.r01(before, after, context),
	"R02": resources.r02(before, after, context),
	"R03": resources.r03(before, after, context),
	"R05": resources.r05(before, after, context),
	"C01": availability.c01(before, after, context),
	"C02": availability.c02(before, after, context),
	"C03": availability.c03(before, after, context),
	"C04": (availability.c04(before, after, context) | availability.c04_grace(before, after, context)),
	"N01": boundary.n01(before, after, context),
	"N02": boundary.n02(before, after, context),
	"B01": boundary.b01(before, after, context),
	"B02": boundary.b02(before, after, context),
	"B03": boundary.b03(before, after, context),
	"B04": boundary.b04(before, after, context),
	"B05": boundary.b05(before, after, context),
	"B06": boundary.b06(before, after, context),
	"B07": boundary.b07(before, after, context),
}

# Rules about what an action may change by itself. Where the base cannot be rendered, what differs from the last good state are commits of
# people, which the repair releases: those are judged by every rule about what may be, and by none about what the action may do.
rules_of_actions := ["B05", "B07", "I04", "R03"]

own_rules(rules) := rules if not mends

own_rules(rules) := object.remove(rules, rules_of_actions) if mends

default since := null

since := input.change.since if is_object(input.change.since)

default mends := false

mends if is_object(since)

edit_policy := object.union(input.policy, {"mends": true}) if mends

edit_policy := input.policy if not mends

# Where the application had objects in the last good state; else the target's own namespace alone.
namespaces := since.namespaces if mends

namespaces := null if not mends

default restores := false

restores if {
	not mends
	input.plan.restoresEarlierValue == true
}

# The side that a created or deleted object does not have is judged as an empty one.
object_of(null) := {}

object_of(value) := value if is_object(value)

default undoes := false

undoes if {
	not mends
	input.plan.action == "restoreField"
}

undoes if input.plan.kind == "Revert"

default secrets_in_git := []

secrets_in_git := input.facts.secretsInGit if is_array(input.facts.secretsInGit)
