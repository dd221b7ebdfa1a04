package remediation.boundary_test

import data.remediation.boundary
import data.remediation.testing

service(spec) := {"apiVersion": "v1", "kind": "Service", "metadata": testing.metadata, "spec": spec}

ingress(spec) := {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": testing.metadata, "spec": spec}

as_service := testing.with_ref({"kind": "Service"})

as_ingress := testing.with_ref({"kind": "Ingress"})

test_n02_allows_another_target if {
	boundary.n02(service({"type": "ClusterIP", "ports": [{"port": 80, "targetPort": 8081}]}), service({"type": "ClusterIP", "ports": [{"port": 80, "targetPort": 8080}]}), as_service) == set()
	boundary.n02(ingress({"rules": [{"host": "a", "http": {"paths": []}}]}), ingress({"rules": [{"host": "a"}]}), as_ingress) == set()
}

test_n02_denies_other_exposure if {
	every spec in [{"type": "LoadBalancer"}, {"externalIPs": ["192.0.2.1"]}, {"loadBalancerSourceRanges": ["0.0.0.0/0"]}, {"ports": [{"port": 80, "nodePort": 30080}]}] {
		count(boundary.n02(service({}), service(spec), as_service)) == 1
		count(boundary.n02(service(spec), service({}), as_service)) == 1
	}
	every spec in [{"rules": [{"host": "b"}]}, {"rules": [{"host": "a"}, {}]}, {"rules": [{"host": "a"}], "ingressClassName": "public"}, {"rules": [{"host": "a"}], "tls": []}] {
		count(boundary.n02(ingress({"rules": [{"host": "a"}]}), ingress(spec), as_ingress)) == 1
	}
}

reading := testing.with_container({"env": [{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "database", "key": "password"}}}]})

test_b04_allows_what_was_read_before if {
	boundary.b04(reading, reading, {}) == set()
	boundary.b04(reading, testing.with_container({}), {}) == set()
	two := testing.with_container({"env": [{"name": "A", "value": "1"}, {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "database", "key": "password"}}}]})
	boundary.b04(reading, two, {}) == set()
}

test_b04_denies_a_secret_that_was_not_read_before if {
	others := [
		testing.with_container({"env": [{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "database", "key": "root"}}}]}),
		testing.with_container({"envFrom": [{"secretRef": {"name": "root"}}]}),
		testing.with_pod({"volumes": [{"name": "keys", "secret": {"secretName": "root"}}]}),
		testing.with_pod({"volumes": [{"name": "keys", "projected": {"sources": [{"secret": {"name": "root"}}]}}]}),
		testing.with_pod({"volumes": [{"name": "keys", "csi": {"driver": "d", "nodePublishSecretRef": {"name": "root"}}}]}),
		testing.with_pod({"imagePullSecrets": [{"name": "root"}]}),
	]
	every other in others {
		count(boundary.b04(reading, other, {})) > 0
	}
}

marked(metadata) := object.union(testing.with_pod({}), {"metadata": metadata, "spec": {"template": {"metadata": metadata}}})

test_b06_allows_words_that_steer_nothing if {
	boundary.b06(marked({"annotations": {"team": "a"}}), marked({"annotations": {"team": "b"}, "labels": {"version": "2"}}), {}) == set()
}

test_b06_denies_each_steering_word_on_object_and_pods if {
	every beginning in boundary.steering {
		every list in ["annotations", "labels"] {
			with_it := marked({list: {concat("", [beginning, "x"]): "1"}})
			count(boundary.b06(marked({}), with_it, {})) == 2
			count(boundary.b06(with_it, marked({}), {})) == 2
		}
	}
}

test_b04_allows_what_git_knows_where_the_present_one_does_not_exist if {
	other := testing.with_container({"env": [{"name": "K", "valueFrom": {"secretKeyRef": {"name": "settings", "key": "token"}}}]})
	count(boundary.b04(reading, other, testing.restoring)) > 0
	known := {"action": "setReference", "failure": "CreateContainerConfigError", "secrets_in_git": ["settings", "token"]}
	boundary.b04(reading, other, known) == set()
	every half in [{"action": "setImage"}, {"secrets_in_git": []}, {"secrets_in_git": ["other"]}, {"failure": "CrashLoopBackOff"}] {
		count(boundary.b04(reading, other, object.union(known, half))) > 0
	}
}

with_tls(tls) := {"kind": "Ingress", "spec": {"tls": tls}}

of_class(class) := {"kind": "Ingress", "spec": {"ingressClassName": class}}

traffic(policy) := {"kind": "Service", "spec": {"externalTrafficPolicy": policy}}

words(list) := testing.with_container({"args": list})

test_n02_lets_an_ingress_name_another_secret_for_the_same_hosts_only if {
	ctx := {"ref": {"kind": "Ingress"}, "action": "setIngress", "restores": false}
	one := with_tls([{"hosts": ["shop.example.org"], "secretName": "a"}])
	boundary.n02(one, with_tls([{"hosts": ["shop.example.org"], "secretName": "b"}]), ctx) == set()
	count(boundary.n02(one, with_tls([{"hosts": ["x.example.org"], "secretName": "b"}]), ctx)) == 1
	count(boundary.n02(one, with_tls([]), ctx)) == 1
}

test_n02_lets_a_class_go_back_and_nowhere_else if {
	ctx := {"ref": {"kind": "Ingress"}, "action": "setIngress", "restores": true}
	boundary.n02(of_class("nginx-typo"), of_class("nginx"), ctx) == set()
	count(boundary.n02(of_class("nginx"), of_class("public"), object.union(ctx, {"restores": false}))) == 1
	count(boundary.n02(of_class("nginx"), of_class("public"), object.union(ctx, {"action": "setPort"}))) == 1
}

test_n02_lets_traffic_spread_and_not_narrow if {
	ctx := {"ref": {"kind": "Service"}, "action": "setPodField", "restores": false}
	boundary.n02(traffic("Local"), traffic("Cluster"), ctx) == set()
	count(boundary.n02(traffic("Cluster"), traffic("Local"), ctx)) == 1
	count(boundary.n02(traffic("Local"), traffic("Cluster"), object.union(ctx, {"action": "setPort"}))) == 1
}

test_b05_lets_one_host_in_a_command_line_be_replaced if {
	ctx := {"action": "setHost", "undoes": false, "restores": false}
	boundary.b05(words(["--db=a", "--x"]), words(["--db=b", "--x"]), ctx) == set()
	every list in [["--db=b", "--y"], ["--db=b"], ["--db=b", "--x", "--z"]] {
		count(boundary.b05(words(["--db=a", "--x"]), words(list), ctx)) == 1
	}
	count(boundary.b05(words(["a"]), words(["b"]), object.union(ctx, {"action": "setProbe"}))) == 1
	count(boundary.b05(testing.with_container({"lifecycle": {"preStop": {"exec": {"command": ["a"]}}}}), testing.with_container({"lifecycle": {"preStop": {"exec": {"command": ["b"]}}}}), ctx)) == 1
}
