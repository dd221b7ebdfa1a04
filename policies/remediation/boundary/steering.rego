package remediation.boundary

import data.remediation.lib

# Beginnings of names of annotations and labels that tell a controller what to do, or not to look.
steering := [
	"argocd.argoproj.io/", "kustomize.toolkit.fluxcd.io/", "helm.toolkit.fluxcd.io/", "reconcile.fluxcd.io/", "fluxcd.io/",
	"fleetmend.dev/", "kyverno.io/", "policies.kyverno.io/", "gatekeeper.sh/", "admission.gatekeeper.sh/",
	"pod-security.kubernetes.io/", "container.apparmor.security.beta.kubernetes.io/", "seccomp.security.alpha.kubernetes.io/",
	"sidecar.istio.io/", "istio.io/", "linkerd.io/", "vault.hashicorp.com/", "iam.amazonaws.com/", "eks.amazonaws.com/",
	"iam.gke.io/", "azure.workload.identity/", "cluster-autoscaler.kubernetes.io/", "karpenter.sh/", "service.beta.kubernetes.io/",
	"nginx.ingress.kubernetes.io/", "cert-manager.io/", "external-dns.alpha.kubernetes.io/",
]

# B06: no annotation or label by which a controller is steered changes, neither on the object nor on its pods.
b06(before, after, _) := {lib.unsafe("B06", path, "what steers a controller must stay as it is") |
	some parent in metadata_paths(after)
	some list in ["annotations", "labels"]
	old := named_values(before, array.concat(parent, [list]))
	new := named_values(after, array.concat(parent, [list]))
	some name in ({name | some name, _ in old} | {name | some name, _ in new})
	lib.field(old, name) != lib.field(new, name)
	steers_controller(name)
	path := lib.pointer(array.concat(parent, [list, name]))
}

metadata_paths(object) := {["metadata"], array.concat(array.slice(pod, 0, count(pod) - 1), ["metadata"])} if {
	pod := lib.pod_path(object)
}

named_values(object, path) := values if {
	values := lib.at(object, path)
	is_object(values)
} else := {}

steers_controller(name) if {
	some beginning in steering
	startswith(name, beginning)
}
