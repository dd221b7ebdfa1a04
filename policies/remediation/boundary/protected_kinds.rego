package remediation.boundary

import data.remediation.lib

# API groups whose every object decides what others may do, or what GitOps applies. No allow-list opens them.
closed_groups := {
	"rbac.authorization.k8s.io",
	"admissionregistration.k8s.io",
	"apiextensions.k8s.io",
	"apiregistration.k8s.io",
	"certificates.k8s.io",
	"flowcontrol.apiserver.k8s.io",
	"fleetmend.dev",
}

# The same, with everything below them: `templates.gatekeeper.sh`, `source.toolkit.fluxcd.io`.
closed_families := {
	"gatekeeper.sh",
	"kyverno.io",
	"openpolicyagent.org",
	"toolkit.fluxcd.io",
	"fluxcd.io",
	"security.istio.io",
	"cert-manager.io",
}

# Single kinds of groups that hold harmless ones as well. "" is the core group.
closed_kinds := {
	"": {"Namespace", "ServiceAccount", "Node", "PersistentVolume"},
	"argoproj.io": {"Application", "ApplicationSet", "AppProject", "Workflow", "WorkflowTemplate", "CronWorkflow"},
}

# B02: nothing that grants rights, admits objects, defines kinds, or steers policy and GitOps engines; but what such an engine's object
# takes things from, or waits for, may go back (then T2).
b02(before, after, ctx) := {lib.unsafe("B02", "/kind", message) |
	closed(group(ctx.ref.apiVersion), ctx.ref.kind)
	not steers_back(before, after, ctx)
	message := sprintf("a %s is never edited", [lib.clip(ctx.ref.kind)])
}

closed(api_group, _) if api_group in closed_groups

closed(api_group, _) if api_group in closed_families

closed(api_group, _) if {
	some family in closed_families
	endswith(api_group, concat("", [".", family]))
}

closed(api_group, kind) if kind in closed_kinds[api_group]

group(api_version) := parts[0] if {
	parts := split(api_version, "/")
	count(parts) == 2
}

group(api_version) := "" if not contains(api_version, "/")
