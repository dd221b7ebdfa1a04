package remediation.security_test

import data.remediation.security
import data.remediation.testing

tolerating(toleration) := testing.with_pod({"tolerations": [{"key": "disk", "operator": "Exists"}, toleration]})

everything := {"operator": "Exists"}

test_s09_allows_other_taints_and_what_was_there if {
	security.s09(plain, tolerating({"key": "gpu", "operator": "Exists"}), testing.context) == set()
	security.s09(tolerating(everything), tolerating(everything), testing.context) == set()
	security.s09(tolerating(everything), plain, testing.context) == set()
	security.s09(plain, testing.with_pod({"priorityClassName": "high"}), testing.context) == set()
}

test_s09_denies_the_control_plane_even_on_the_way_back if {
	every toleration in [everything, {"key": "", "operator": "Exists"}, {"key": "node-role.kubernetes.io/control-plane"}, {"key": "node-role.kubernetes.io/master", "operator": "Exists"}] {
		count(security.s09(plain, tolerating(toleration), testing.restoring)) == 1
	}
}

test_s09_denies_a_priority_of_the_cluster if {
	every name in ["system-node-critical", "system-cluster-critical"] {
		count(security.s09(plain, testing.with_pod({"priorityClassName": name}), testing.restoring)) == 1
	}
}

test_s09_lets_what_runs_on_every_node_go_back if {
	daemon := testing.workload("DaemonSet", {"containers": [testing.container], "tolerations": [everything], "priorityClassName": "system-node-critical"})
	before := testing.workload("DaemonSet", {"containers": [testing.container]})
	security.s09(before, daemon, testing.restoring) == set()
	count(security.s09(before, daemon, testing.context)) == 2
}
