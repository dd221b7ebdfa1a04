package remediation.boundary_test

import data.remediation.boundary
import data.remediation.testing

before := testing.with_container({})

after := testing.with_container({"image": "a:2"})

no_violation := set()

test_n01_allows_the_requests_own_namespace if {
	boundary.n01(before, after, testing.context) == no_violation
}

test_n01_allows_a_manifest_that_leaves_its_namespace_open if {
	open := object.union(object.remove(after, ["metadata"]), {"metadata": {"name": "checkout"}})
	boundary.n01(open, open, testing.context) == no_violation
}

test_n01_denies_any_other_namespace if {
	every namespace in ["shop2", "sho", "Shop", "shop ", "", "payments"] {
		count(boundary.n01({}, {}, testing.with_ref({"namespace": namespace}))) == 1
	}
}

test_n01_denies_system_namespaces_even_if_the_request_is_there if {
	every namespace in ["kube-system", "kube-flannel", "openshift-monitoring", "argocd", "flux-system", "kyverno", "fleetmend-system"] {
		there := object.union(testing.with_ref({"namespace": namespace}), {"target": {"namespace": namespace}})
		count(boundary.n01({}, {}, there)) == 1
	}
	there := object.union(testing.with_ref({"namespace": "vault"}), {"target": {"namespace": "vault"}})
	boundary.n01({}, {}, there) == no_violation
	count(boundary.n01({}, {}, there)) == 1 with data.remediation.limits.protectedNamespaces as ["vault"]
}

test_n01_denies_another_cluster if {
	count(boundary.n01(before, after, testing.with_ref({"cluster": "prod-2"}))) == 1
}

test_n01_denies_an_object_that_is_not_the_one_it_is_said_to_be if {
	every field in [{"kind": "StatefulSet"}, {"apiVersion": "apps/v2"}, {"metadata": {"name": "other"}}, {"metadata": {"namespace": "payments"}}] {
		count(boundary.n01(before, object.union(after, field), testing.context)) == 1
		count(boundary.n01(object.union(before, field), after, testing.context)) == 1
	}
}

test_n01_denies_a_request_without_a_target if {
	count(boundary.n01(before, after, object.union(object.remove(testing.context, ["target"]), {"target": {}}))) == 1
}

test_b01_allows_an_update_of_a_listed_kind if {
	boundary.b01(before, after, testing.context) == no_violation
}

test_b01_denies_kinds_that_only_look_listed if {
	every ref in [
		{"apiVersion": "apps/v1", "kind": "deployment"},
		{"apiVersion": "apps.example.org/v1", "kind": "Deployment"},
		{"apiVersion": "apps/v1beta1", "kind": "Deployment"},
		{"apiVersion": "v1", "kind": "List"},
		{"apiVersion": "v1", "kind": "Secret"},
		{"apiVersion": "apps/v1", "kind": ""},
	] {
		count(boundary.b01(before, after, testing.with_ref(ref))) == 1
	}
}

test_b01_denies_making_and_deleting if {
	every op in ["Create", "Delete", "update", ""] {
		count(boundary.b01(before, after, testing.with_ref({"op": op}))) == 1
	}
}

test_b02_allows_ordinary_kinds if {
	every ref in [
		{"apiVersion": "apps/v1", "kind": "Deployment"},
		{"apiVersion": "v1", "kind": "ConfigMap"},
		{"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout"},
		{"apiVersion": "notkyverno.io/v1", "kind": "Thing"},
	] {
		boundary.b02(before, after, testing.with_ref(ref)) == no_violation
	}
}

test_b02_denies_what_grants_admits_defines_or_steers if {
	every ref in [
		{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role"},
		{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding"},
		{"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration"},
		{"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy"},
		{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"},
		{"apiVersion": "v1", "kind": "Namespace"},
		{"apiVersion": "v1", "kind": "ServiceAccount"},
		{"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy"},
		{"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "K8sRequiredLabels"},
		{"apiVersion": "argoproj.io/v1alpha1", "kind": "Application"},
		{"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization"},
		{"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository"},
		{"apiVersion": "fleetmend.dev/v1alpha1", "kind": "RemediationPolicy"},
	] {
		count(boundary.b02(before, after, testing.with_ref(ref))) == 1
	}
}

test_b03_allows_what_is_no_secret if {
	every kind in ["ConfigMap", "Deployment", "SecretariatBooking"] {
		boundary.b03(before, after, testing.with_ref({"kind": kind})) == no_violation
	}
}

test_b03_denies_secrets_under_any_version if {
	every version in ["v1", "v2", "example.org/v1"] {
		every kind in ["Secret", "SealedSecret", "ExternalSecret", "SecretStore"] {
			count(boundary.b03(before, after, testing.with_ref({"apiVersion": version, "kind": kind}))) == 1
		}
	}
}

test_b05_allows_everything_that_is_not_executed if {
	boundary.b05(before, after, testing.context) == no_violation
	boundary.b05(before, testing.with_container({"livenessProbe": {"httpGet": {"path": "/"}}}), testing.context) == no_violation
}

executed := {
	"command": ["sh", "-c", "curl evil"],
	"args": ["--disable-auth"],
	"lifecycle": {"postStart": {"exec": {"command": ["sh"]}}},
	"livenessProbe": {"exec": {"command": ["true"]}},
	"startupProbe": {"exec": {"command": ["true"]}},
}

test_b05_denies_each_executed_field_in_every_kind_and_list if {
	every name, value in executed {
		every index, object in testing.everywhere({}) {
			changed := testing.everywhere({name: value})[index]
			count(boundary.b05(object, changed, testing.context)) > 0
			count(boundary.b05(changed, object, testing.context)) > 0
		}
	}
}

test_b05_lets_a_command_go_back_to_an_earlier_value if {
	changed := testing.with_container({"command": ["serve"]})
	boundary.b05(before, changed, testing.restoring) == no_violation
	every half in [{"restores": false}, {"undoes": false}] {
		count(boundary.b05(before, changed, object.union(testing.restoring, half))) == 1
	}
}

test_b05_denies_another_set_of_containers if {
	second := testing.with_pod({"initContainers": [object.union(testing.container, {"name": "helper"})]})
	renamed := testing.with_container({"name": "web"})
	commanded := testing.with_pod({"initContainers": [object.union(testing.container, {"name": "helper", "command": ["sh"]})]})
	every pair in [[before, second], [before, commanded], [second, before], [before, renamed]] {
		count(boundary.b05(pair[0], pair[1], testing.context)) == 1
	}
}

test_b05_denies_two_containers_of_one_name if {
	twice := testing.with_pod({"initContainers": [testing.container, object.union(testing.container, {"image": "evil:1"})]})
	once := testing.with_pod({"initContainers": [testing.container]})
	count(boundary.b05(once, twice, testing.context)) == 1
}

test_b05_denies_ephemeral_containers_even_on_the_way_back if {
	debugged := testing.with_pod({"ephemeralContainers": [object.union(testing.container, {"name": "debug"})]})
	count(boundary.b05(before, debugged, testing.restoring)) == 1
}

files(path) := [{"path": path, "added": 1, "removed": 1}]

policy(path) := {"pathAllowed": {path: true}, "editBudget": {"files": 3, "lines": 20}}

test_b07_allows_a_small_edit_of_an_open_file if {
	every path in ["apps/shop/checkout.yaml", "a.yml", "apps/my app/web-1_2+3.yaml", "charts/shop/values.yaml", "dienste/größe (neu).yaml", "templates/web.yaml"] {
		boundary.b07_edit(files(path), policy(path)) == no_violation
	}
}

test_b07_denies_a_file_that_the_binding_does_not_open if {
	every allowed in [{}, {"apps/shop/checkout.yaml": false}, {"apps/shop/checkout.yaml": "true"}, {"apps/shop/checkout.yam": true}] {
		closed := object.union(object.remove(policy("x"), ["pathAllowed"]), {"pathAllowed": allowed})
		count(boundary.b07_edit(files("apps/shop/checkout.yaml"), closed)) == 1
	}
}

test_b07_denies_paths_that_mean_another_file if {
	every path in ["apps/../../etc/passwd", "/etc/passwd", "apps//web.yaml", "./web.yaml", "apps/web.yaml/", "apps\\web.yaml", "apps/web.yaml\n", "apps/web.yaml\u007f", "\u0000", "", ".", "apps/.."] {
		count(boundary.b07_edit(files(path), policy(path))) > 0
	}
}

test_b07_denies_files_that_steer_automation if {
	every path in [".github/workflows/ci.yaml", "docs/CODEOWNERS", "apps/shop/Kustomization.yaml", "chart/Chart.yaml", "x/main.JSONNET", "apps/.argocd-source-shop.yaml", "deploy.sh"] {
		count(boundary.b07_edit(files(path), policy(path))) == 1
	}
}

test_b07_opens_a_kustomization_by_what_differs_in_it if {
	path := "apps/shop/overlays/prod/kustomization.yaml"
	file := {"path": path, "added": 1, "removed": 1}
	boundary.b07_edit([object.union(file, {"sections": ["images", "patches"]})], policy(path)) == no_violation
	every sections in [["resources"], ["images", "generators"], ["transformers"], ["helmCharts"], ["components"], ["secretGenerator"], [], null, "images"] {
		count(boundary.b07_edit([object.union(file, {"sections": sections})], policy(path))) == 1
	}
	count(boundary.b07_edit([file], policy(path))) == 1
}

test_b07_denies_more_than_either_budget if {
	many := [{"path": path, "added": 1, "removed": 0} | some path in ["a.yaml", "b.yaml"]]
	small := {"pathAllowed": {"a.yaml": true, "b.yaml": true}, "editBudget": {"files": 1, "lines": 20}}
	count(boundary.b07_edit(many, small)) == 1
	large := {"pathAllowed": {"a.yaml": true}, "editBudget": {"files": 99, "lines": 999}}
	every long in [{"added": 21, "removed": 0}, {"added": 0, "removed": 21}] {
		count(boundary.b07_edit([object.union({"path": "a.yaml"}, long)], large)) == 1
	}
	count(boundary.b07_edit([], large)) == 1
}

test_b07_allows_each_action_its_own_fields if {
	boundary.b07(before, after, object.union(testing.context, {"action": "setImage"})) == no_violation
	every kind in testing.kinds {
		old := testing.workload(kind, {"containers": [testing.container]})
		new := testing.workload(kind, {"containers": [object.union(testing.container, testing.resources({"memory": "128Mi"}, {}))]})
		boundary.b07(old, new, testing.context) == no_violation
	}
}

test_b07_denies_each_action_the_fields_of_another if {
	count(boundary.b07(before, after, testing.context)) == 1
	every action in ["abstain", "setEverything", "", null] {
		count(boundary.b07(before, after, object.union(testing.context, {"action": action}))) == 1
	}
}

test_b07_denies_a_field_beside_the_wanted_one if {
	more := testing.with_container(object.union(testing.resources({"memory": "128Mi"}, {}), {"env": [{"name": "A", "value": "b"}]}))
	{violation.path | some violation in boundary.b07(before, more, testing.context)} == {
		"/spec/template/spec/containers/0/env/0/name",
		"/spec/template/spec/containers/0/env/0/value",
	}
}

test_b07_denies_names_that_are_made_to_look_like_a_path if {
	sly := object.union(before, {"spec": {"template": {"spec": {"containers/0/resources/limits/memory": "1Gi"}}}})
	count(boundary.b07(before, sly, testing.context)) == 1
}

test_b07_denies_closed_fields_to_every_action if {
	every fields in [
		{"shareProcessNamespace": true},
		{"hostNetwork": false},
		{"serviceAccountName": "admin"},
		{"automountServiceAccountToken": true},
		{"volumes": [{"name": "s", "secret": {"secretName": "root"}}]},
		{"imagePullSecrets": [{"name": "other"}]},
	] {
		count(boundary.b07(before, testing.with_pod(fields), testing.restoring)) > 0
	}
	service := {"apiVersion": "v1", "kind": "Service", "spec": {"type": "ClusterIP", "ports": [{"targetPort": 80}]}}
	exposed := {"apiVersion": "v1", "kind": "Service", "spec": {"type": "LoadBalancer", "ports": [{"targetPort": 80}]}}
	moved := {"apiVersion": "v1", "kind": "Service", "spec": {"type": "ClusterIP", "ports": [{"targetPort": 81}]}}
	count(boundary.b07(service, exposed, testing.restoring)) == 1
	boundary.b07(service, moved, testing.restoring) == no_violation
}

test_b07_denies_an_object_in_which_nothing_differs if {
	count(boundary.b07(before, before, testing.context)) == 1
}

test_b07_denies_a_restore_of_what_never_was if {
	probed := testing.with_container({"readinessProbe": {"httpGet": {"path": "/", "port": 80}}})
	moved := testing.with_container({"readinessProbe": {"httpGet": {"path": "/", "port": 81}}})
	boundary.b07(probed, moved, testing.restoring) == no_violation
	count(boundary.b07(probed, moved, object.union(testing.restoring, {"restores": false}))) == 1
}

test_b07_takes_a_config_key_for_what_it_is if {
	old := {"kind": "ConfigMap", "data": {"host": "db1", "secret": "a"}}
	new := {"kind": "ConfigMap", "data": {"host": "db2", "secret": "b"}}
	boundary.b07(old, new, testing.restoring) == no_violation
}
