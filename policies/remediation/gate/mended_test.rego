package remediation.gate_test

import data.remediation.gate
import data.remediation.testing

# A repair of what cannot be rendered: nothing differs from the last good state, but for what is given.
mended(objects) := object.union(harmless, {
	"request": {"cluster": "prod-1", "target": {"namespace": "flux-system", "name": "orders", "kind": "Kustomization"}},
	"plan": object.union(harmless.plan, {"action": "restoreField", "unapplied": true, "restoresEarlierValue": true}),
	"change": {
		"files": [{"path": "apps/shop/kustomization.yaml", "added": 1, "removed": 1, "sections": ["resources"]}],
		"objects": objects,
		"norm": harmless.change.norm,
		"since": {"revision": "3f2a91c04d5e6f708192a3b4c5d6e7f809182736", "namespaces": ["shop"]},
	},
	"facts": object.union(harmless.facts, {"renderProof": {"renderer": "kustomize", "exact": true, "unapplied": true}}),
	"policy": object.union(harmless.policy, {"pathAllowed": {"apps/shop/kustomization.yaml": true}}),
})

ids(plan) := found if {
	answer := gate.decision with input as plan with data.remediation.custom as {}
	found := {violation.id | some violation in answer.violations}
}

tier_of(plan) := answer.tier if {
	answer := gate.decision with input as plan with data.remediation.custom as {}
}

test_what_mends_a_build_and_moves_nothing_is_allowed_as_t1 if {
	ids(mended([])) == set()
	tier_of(mended([])) == "T1"
}

test_without_a_last_good_state_something_has_to_differ if {
	"E01" in ids(json.remove(mended([]), ["/change/since"]))
	"E01" in ids(object.union(mended([]), {"change": object.union(mended([]).change, {"since": null})}))
}

test_what_a_kustomization_loads_goes_back_only_to_mend_a_build if {
	plan := mended([change])
	"B07" in ids(object.union(plan, {"change": object.union(plan.change, {"since": null})}))
}

test_a_build_is_only_mended_by_an_earlier_value if {
	every fields in [{"restoresEarlierValue": false}, {"action": "setImage"}, {"unapplied": false}, {"kind": "Revert"}] {
		"B07" in ids(object.union(mended([]), {"plan": object.union(mended([]).plan, fields)}))
	}
}

test_commits_of_people_that_come_along_may_say_what_no_action_may if {
	after := testing.with_container({"args": ["--workers=4"], "env": [{"name": "A", "value": "b"}]})
	ids(mended([object.union(change, {"after": after})])) == set()
}

released(before, after) := ids(mended([object.union(change, {"before": before, "after": after})]))

test_commits_of_people_that_come_along_keep_every_guard if {
	"S01" in released(testing.with_container({}), testing.with_container({"securityContext": {"privileged": true}}))
	"I02" in released(testing.with_container({}), testing.with_container({"image": "shop:latest"}))
	"R05" in released(testing.with_container({}), json.remove(testing.with_container({}), ["/spec/template/spec/containers/0/resources/limits"]))
	"C02" in released(testing.with_container({"livenessProbe": {"httpGet": {"path": "/", "port": 80}}}), testing.with_container({}))
}

test_what_comes_along_may_be_new_and_never_gone if {
	made := object.union(change, {"op": "Create", "before": null})
	ids(mended([made])) == set()
	"B01" in ids(mended([object.union(change, {"op": "Delete", "after": null})]))
	"B01" in ids(with_objects([made]))
	"S01" in ids(mended([object.union(made, {"after": testing.with_container({"securityContext": {"privileged": true}})})]))
	every kind in ["Secret", "Namespace", "ServiceAccount"] {
		count(ids(mended([object.union(made, {"apiVersion": "v1", "kind": kind, "after": {"apiVersion": "v1", "kind": kind, "metadata": testing.metadata}})]))) > 0
	}
}

test_what_comes_along_stays_in_the_namespaces_of_its_application if {
	"N01" in ids(mended([object.union(change, {"namespace": "payments"})]))
	"N01" in ids(mended([object.union(change, {"namespace": "kube-system"})]))
}

applying(path) := {"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "metadata": {"name": "orders", "namespace": "flux-system"}, "spec": {"path": path}}

test_t2_for_the_path_of_an_engines_object if {
	ref := {"cluster": "prod-1", "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "namespace": "flux-system", "name": "orders", "op": "Update", "paths": ["/spec/path"], "before": applying("./app"), "after": applying("./apps")}
	plan := object.union(with_objects([ref]), {
		"request": {"cluster": "prod-1", "target": {"namespace": "flux-system", "name": "orders"}},
		"plan": object.union(harmless.plan, {"action": "restoreField", "restoresEarlierValue": true}),
		"change": object.union(harmless.change, {"objects": [ref], "norm": []}),
	})
	ids(plan) == set()
	tier_of(plan) == "T2"
}
