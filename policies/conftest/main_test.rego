package main_test

import data.main
import data.remediation.testing

weakened := testing.with_container({"securityContext": {"privileged": true}})

hardened := testing.with_container({"securityContext": {"readOnlyRootFilesystem": true}})

ids(answers) := {answer.id | some answer in answers}

test_a_manifest_is_judged_by_itself if {
	count(main.deny) == 0 with input as testing.with_container({})
	ids(main.deny) == {"S01"} with input as weakened
	count(main.warn) == 0 with input as weakened
}

test_every_document_of_a_file_and_every_item_of_a_list_is_judged if {
	ids(main.deny) == {"S01"} with input as [testing.with_container({}), weakened]
	ids(main.deny) == {"S01"} with input as {"apiVersion": "v1", "kind": "List", "items": [weakened]}
}

test_base_and_head_show_a_weakening if {
	files := [{"path": "render/base/a.yaml", "contents": hardened}, {"path": "render/head/a.yaml", "contents": testing.with_container({})}]
	ids(main.deny) == {"S07"} with input as files
	better := [{"path": "base/a.yaml", "contents": testing.with_container({})}, {"path": "head/a.yaml", "contents": hardened}]
	count(main.deny) == 0 with input as better
	count(main.deny) == 0 with input as [{"path": "render/head/a.yaml", "contents": testing.with_container({})}]
}

test_what_people_do_on_purpose_is_only_noted if {
	more := object.union(hardened, {"spec": {"replicas": 9}})
	files := [{"path": "base/a.yaml", "contents": [more]}, {"path": "head/a.yaml", "contents": [hardened]}]
	ids(main.warn) == {"C01"} with input as files
	count(main.deny) == 0 with input as files
}
