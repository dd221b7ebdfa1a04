package remediation.boundary

import data.remediation.lib

# Namespaces that no repair may touch, whatever the data says: the cluster's own, those of GitOps engines, of policy engines, and ours.
forbidden_namespaces := {
	"kube-system", "kube-public", "kube-node-lease",
	"argocd", "flux-system",
	"gatekeeper-system", "kyverno", "opa",
	"fleetmend", "fleetmend-system", "fleetmend-agent",
}

# N01: only objects of the request's own namespace and cluster, each of them the one that it is said to be.
n01(before, after, ctx) := (({lib.unsafe("N01", "/metadata/namespace", message) |
	not is_own(ctx)
	message := sprintf("namespace %s is not the request's", [lib.clip(ctx.ref.namespace)])
} | {lib.unsafe("N01", "/metadata/namespace", message) |
	protected(ctx.ref.namespace)
	not steers_back(before, after, ctx)
	message := sprintf("namespace %s is never repaired", [lib.clip(ctx.ref.namespace)])
}) | {lib.unsafe("N01", "", message) |
	ctx.ref.cluster != ctx.cluster
	message := sprintf("cluster %s is not the request's", [lib.clip(ctx.ref.cluster)])
}) | {lib.unsafe("N01", lib.pointer(path), "the object is not the one that the plan names") |
	some object in [before, after]
	object != {}
	some path, expected in identity(ctx.ref)
	not lib.at(object, path) == expected
	not unsaid_namespace(object, path)
}

# An engine's object applies to several namespaces; those that it had objects in are its own.
is_own(ctx) if ctx.ref.namespace in ctx.namespaces

is_own(ctx) if {
	lib.field(ctx, "namespaces") == null
	ctx.ref.namespace == ctx.target.namespace
}

identity(ref) := {
	["apiVersion"]: ref.apiVersion,
	["kind"]: ref.kind,
	["metadata", "name"]: ref.name,
	["metadata", "namespace"]: ref.namespace,
}

# A manifest may leave its namespace to the GitOps engine; one that names another was caught above.
unsaid_namespace(object, ["metadata", "namespace"]) if lib.at(object, ["metadata", "namespace"]) == null

protected(namespace) if namespace in forbidden_namespaces

protected(namespace) if namespace in data.remediation.limits.protectedNamespaces

protected(namespace) if startswith(namespace, "kube-")

protected(namespace) if startswith(namespace, "openshift-")
