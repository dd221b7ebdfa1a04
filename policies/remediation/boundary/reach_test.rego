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
