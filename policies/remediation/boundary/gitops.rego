package remediation.boundary

import data.remediation.lib

# The fields by which an object of a GitOps engine says from which folder it applies, and what it waits for.
steering_fields := {
	"kustomize.toolkit.fluxcd.io/Kustomization": ["/spec/path", "/spec/dependsOn/*/{name,namespace}"],
	"helm.toolkit.fluxcd.io/HelmRelease": ["/spec/dependsOn/*/{name,namespace}"],
	"argoproj.io/Application": ["/spec/source/path", "/spec/sources/*/path"],
}

default steers_back(_, _, _) := false

# Such a field, and nothing else, goes back to an earlier committed value. Two people decide about that.
steers_back(before, after, ctx) if {
	ctx.undoes
	ctx.restores
	ctx.ref.op == "Update"
	patterns := steering_fields[concat("/", [group(ctx.ref.apiVersion), ctx.ref.kind])]
	changed := lib.differences(before, after)
	count(changed) > 0
	every pointer in changed {
		some pattern in patterns
		glob.match(pattern, ["/"], pointer)
	}
}
