# What the same rules say of one manifest, for Conftest and Gatekeeper: without a plan, its facts and its history. A rule that is
# about a plan (B, F), about quantities that were calculated before (R02–R05), or about one namespace (N01) has nothing to say here.
package remediation.manifest

import data.remediation.availability
import data.remediation.image
import data.remediation.lib
import data.remediation.resources
import data.remediation.security
import data.remediation.shape

# violations of an object as it would be; `before` is {} for one that is new or of which nobody knows what it was.
violations(before, after) := union({
	shape.e01_object(after),
	security.s01(before, after, context(after)),
	security.s02(before, after, context(after)),
	security.s03(before, after, context(after)),
	security.s04(before, after, context(after)),
	security.s05(before, after, context(after)),
	security.s06(before, after, context(after)),
	security.s07(before, after, context(after)),
	security.profile(after, data.remediation.limits.podSecurity),
	image.i01(before, after, context(after)),
	image.i02(before, after, context(after)),
	resources.r01(before, after, context(after)),
})

# notes are about what a person may well do on purpose, and should be seen doing.
notes(before, after) := union({
	availability.c01(before, after, context(after)),
	availability.c02(before, after, context(after)),
	security.s08(before, after, context(after)),
}) if {
	before != {}
}

notes({}, _) := set()

context(object) := {
	"ref": {
		"apiVersion": lib.field(object, "apiVersion"),
		"kind": lib.field(object, "kind"),
		"namespace": lib.at(object, ["metadata", "namespace"]),
		"name": lib.at(object, ["metadata", "name"]),
		"op": "Update",
	},
	"action": "",
	"environment": null,
	"restores": false,
	"undoes": false,
	"norm": {},
}
