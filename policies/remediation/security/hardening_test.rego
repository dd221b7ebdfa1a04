package remediation.security_test

import data.remediation.security
import data.remediation.testing

secure(settings) := testing.with_container({"securityContext": settings})

secure_pod(settings) := testing.with_pod({"securityContext": settings})

drops(add) := {"capabilities": {"drop": ["ALL"], "add": add}}

test_s04_allows_what_was_there_and_is_ordinary if {
	security.s04(plain, plain, {}) == set()
	security.s04(secure(drops(["CHOWN"])), secure(drops(["CHOWN"])), {}) == set()
	security.s04(secure(drops(["CHOWN"])), secure(drops([])), {}) == set()
	security.s04(secure({"capabilities": {"drop": ["NET_RAW"]}}), secure({"capabilities": {"drop": ["ALL"]}}), {}) == set()
	security.s04({}, secure(drops(["CAP_CHOWN"])), {}) == set()
}

test_s04_denies_a_capability_that_is_not_ordinary if {
	every name in ["SYS_ADMIN", "cap_sys_admin", "ALL", "NET_RAW", 7] {
		every object in testing.everywhere({"securityContext": {"capabilities": {"add": [name]}}}) {
			count(security.s04(object, object, {})) == 1
		}
	}
}

test_s04_denies_a_new_one_and_one_that_is_no_longer_dropped if {
	count(security.s04(plain, secure({"capabilities": {"add": ["CHOWN"]}}), {})) == 1
	count(security.s04(secure(drops([])), plain, {})) == 1
	count(security.s04(secure(drops([])), secure({"capabilities": {"drop": ["NET_RAW"]}}), {})) == 1
}

test_s04_lets_a_tolerated_workload_keep_its_own if {
	held := secure({"capabilities": {"add": ["SYS_TIME"]}})
	security.s04(held, held, {}) == set() with data.remediation.limits.toleratedPrivilege as ["shop/Deployment/checkout"]
	count(security.s04(plain, held, {})) > 0 with data.remediation.limits.toleratedPrivilege as ["shop/Deployment/checkout"]
}

test_s05_allows_what_stays_or_hardens if {
	security.s05(plain, plain, {}) == set()
	security.s05(secure({"runAsUser": 0}), secure({"runAsUser": 0}), {}) == set()
	security.s05(plain, secure({"runAsNonRoot": true, "runAsUser": 1000}), {}) == set()
	security.s05(secure({"runAsNonRoot": true}), secure_pod({"runAsNonRoot": true}), {}) == set()
}

test_s05_denies_becoming_root if {
	count(security.s05(secure({"runAsNonRoot": true}), plain, {})) == 1
	count(security.s05(secure_pod({"runAsNonRoot": true}), secure({"runAsNonRoot": false}), {})) == 1
	every user in [0, null, "0", true] {
		count(security.s05(secure({"runAsUser": 1000}), secure({"runAsUser": user}), {})) == 1
	}
	count(security.s05(plain, secure({"runAsGroup": 0}), {})) == 1
}

confined := {"seccompProfile": {"type": "RuntimeDefault"}, "appArmorProfile": {"type": "RuntimeDefault"}}

test_s06_allows_what_stays_or_hardens if {
	security.s06(plain, plain, {}) == set()
	security.s06(plain, secure(confined), {}) == set()
	security.s06(secure(confined), secure_pod(confined), {}) == set()
	security.s06(plain, secure_pod({"sysctls": [{"name": "net.ipv4.tcp_syncookies", "value": "1"}], "seLinuxOptions": {"type": "container_t", "level": "s0"}}), {}) == set()
}

test_s06_denies_every_way_out if {
	ways := [
		{"seccompProfile": {"type": "Unconfined"}},
		{"seccompProfile": {}},
		{"appArmorProfile": {"type": "Unconfined"}},
		{"procMount": "Unmasked"},
		{"seLinuxOptions": {"type": "spc_t"}},
		{"seLinuxOptions": {"user": "system_u"}},
	]
	every way in ways {
		every object in testing.everywhere({"securityContext": way}) {
			count(security.s06(object, object, {})) == 1
		}
	}
	count(security.s06(plain, secure_pod({"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}), {})) == 1
}

test_s06_denies_a_profile_that_goes if {
	count(security.s06(secure(confined), plain, {})) == 2
	count(security.s06(secure({"seccompProfile": {"type": "Localhost", "localhostProfile": "a"}}), secure({"seccompProfile": {"type": "Localhost", "localhostProfile": "b"}}), {})) == 1
}

test_s06_lets_a_tolerated_workload_keep_its_own if {
	held := secure({"procMount": "Unmasked"})
	security.s06(held, held, {}) == set() with data.remediation.limits.toleratedPrivilege as ["shop/Deployment/checkout"]
}

test_s07_allows_what_stays_or_hardens if {
	security.s07(plain, plain, {}) == set()
	security.s07(plain, secure({"readOnlyRootFilesystem": true}), {}) == set()
}

test_s07_denies_a_root_that_becomes_writable if {
	every after in [plain, secure({"readOnlyRootFilesystem": false}), secure({"readOnlyRootFilesystem": "true"})] {
		count(security.s07(secure({"readOnlyRootFilesystem": true}), after, {})) == 1
	}
}

test_s08_allows_the_same_identity if {
	own := testing.with_pod({"serviceAccountName": "checkout", "automountServiceAccountToken": false})
	security.s08(own, own, {}) == set()
}

test_s08_denies_another_identity_or_token if {
	every fields in [{"serviceAccountName": "admin"}, {"serviceAccount": "admin"}, {"automountServiceAccountToken": true}] {
		count(security.s08(plain, testing.with_pod(fields), {})) == 1
		count(security.s08(testing.with_pod(fields), plain, {})) == 1
	}
}

test_s08_lets_a_service_account_go_back_but_no_token if {
	ctx := {"action": "setReference", "failure": "ServiceAccountNotFound", "restores": true}
	security.s08(testing.with_pod({"serviceAccountName": "chekout"}), testing.with_pod({"serviceAccountName": "checkout"}), ctx) == set()
	count(security.s08(testing.with_pod({}), testing.with_pod({"automountServiceAccountToken": true}), ctx)) == 1
	every half in [{"restores": false}, {"action": "restoreField"}, {"failure": "OOMKilled"}] {
		count(security.s08(testing.with_pod({"serviceAccountName": "a"}), testing.with_pod({"serviceAccountName": "b"}), object.union(ctx, half))) == 1
	}
}
