package remediation.security

import data.remediation.lib

# tolerated names workloads whose privileges a platform team has accepted (`limits.toleratedPrivilege`, "namespace/Kind/name"):
# they may keep what they have, and still gain nothing.
tolerated(object) if {
	name := concat("/", [
		lib.at(object, ["metadata", "namespace"]),
		lib.field(object, "kind"),
		lib.at(object, ["metadata", "name"]),
	])
	name in data.remediation.limits.toleratedPrivilege
}

# Of what was there before somebody may say that it is accepted; the refusal tells where.
keeps(message, owner, before) := sprintf("%s; a platform team may accept it (limits.toleratedPrivilege)", [message]) if {
	some known in before
	known.owner == owner
} else := message
