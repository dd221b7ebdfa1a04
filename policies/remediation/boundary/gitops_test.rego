package remediation.boundary_test

import data.remediation.boundary
import data.remediation.testing

kustomization(spec) := {
	"apiVersion": "kustomize.toolkit.fluxcd.io/v1",
	"kind": "Kustomization",
	"metadata": {"name": "orders", "namespace": "flux-system"},
	"spec": object.union({"prune": true, "path": "./apps/orders", "dependsOn": [{"name": "tenants"}]}, spec),
}

of_kustomization := object.union(testing.restoring, {
	"ref": {"cluster": "prod-1", "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "namespace": "flux-system", "name": "orders", "op": "Update"},
	"target": {"namespace": "flux-system"},
})

misspelt := kustomization({"path": "./apps/order"})

steering_rules(before, after, ctx) := (boundary.b01(before, after, ctx) | boundary.b02(before, after, ctx)) | boundary.n01(before, after, ctx)

test_an_engines_object_may_say_again_which_folder_it_applies if {
	boundary.steers_back(misspelt, kustomization({}), of_kustomization)
	steering_rules(misspelt, kustomization({}), of_kustomization) == set()
}

test_an_engines_object_may_wait_again_for_what_it_waited_for if {
	boundary.steers_back(kustomization({"dependsOn": [{"name": "tenant"}]}), kustomization({}), of_kustomization)
}

application(path) := {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "shop", "namespace": "argocd"}, "spec": {"source": {"path": path}}}

test_an_application_may_say_its_path_again if {
	ctx := object.union(of_kustomization, {"ref": {"cluster": "prod-1", "apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "namespace": "argocd", "name": "shop", "op": "Update"}, "target": {"namespace": "argocd"}})
	steering_rules(application("teams/database"), application("teams/db"), ctx) == set()
}

test_nothing_else_of_an_engines_object_goes_back if {
	every spec in [{"prune": false}, {"path": "./apps/order", "prune": false}, {"targetNamespace": "shop"}, {"sourceRef": {"name": "other"}}] {
		not boundary.steers_back(kustomization(spec), kustomization({}), of_kustomization)
		count(boundary.b02(kustomization(spec), kustomization({}), of_kustomization)) == 1
		count(boundary.b01(kustomization(spec), kustomization({}), of_kustomization)) == 1
		count(boundary.n01(kustomization(spec), kustomization({}), of_kustomization)) == 1
	}
	not boundary.steers_back(misspelt, misspelt, of_kustomization)
}

test_a_path_that_never_was_stays_closed if {
	every half in [{"restores": false}, {"undoes": false}, {"ref": object.union(of_kustomization.ref, {"op": "Delete"})}] {
		not boundary.steers_back(misspelt, kustomization({}), object.union(of_kustomization, half))
	}
}
