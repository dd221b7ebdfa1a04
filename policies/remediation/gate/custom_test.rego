package remediation.gate_test

import data.remediation.gate

test_a_custom_rule_denies if {
	answer := gate.decision with input as harmless with data.remediation.custom as {"cost": {"violations": [{"id": "X01", "class": "Unsafe", "path": "/spec", "message": "too dear"}]}}
	not answer.allow
	answer.tier == "T3"
	answer.violations == [{"id": "X01", "class": "Unsafe", "path": "/spec", "message": "too dear"}]
}

test_a_custom_rule_may_defer if {
	answer := gate.decision with input as harmless with data.remediation.custom as {"cost": {"violations": [{"id": "X02", "class": "Deferred", "message": "month is over", "notBefore": "2026-02-01T00:00:00Z"}]}}
	not answer.allow
	answer.tier == "T0"
	answer.violations == [{"id": "X02", "class": "Deferred", "path": "", "message": "month is over", "notBefore": "2026-02-01T00:00:00Z"}]
}

test_whatever_shape_a_custom_violation_has_it_denies if {
	every odd in ["no", 1, true, {}, [], {"class": "deferred"}, {"class": 1, "id": 2, "message": null}, {"notBefore": 5}] {
		answer := gate.decision with input as harmless with data.remediation.custom as {"cost": {"violations": [odd]}}
		not answer.allow
		count(answer.violations) == 1
		answer.violations[0].class == "Unsafe"
	}
}

test_custom_warnings_do_not_block if {
	answer := gate.decision with input as harmless with data.remediation.custom as {"cost": {"warnings": [{"message": "getting dear"}]}}
	answer.allow
	answer.warnings == ["cost: getting dear"]
}

test_violations_that_are_no_collection_deny if {
	every odd in ["none", {"a": 1}, true] {
		not gate.decision.allow with input as harmless with data.remediation.custom as {"cost": {"violations": odd}}
	}
}

test_a_custom_rule_without_violations_allows if {
	every none in [set(), []] {
		gate.decision.allow with input as harmless with data.remediation.custom as {"cost": {"violations": none}}
	}
}
