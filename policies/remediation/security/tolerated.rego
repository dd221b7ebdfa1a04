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
