package remediation.image_test

import data.remediation.image
import data.remediation.testing

named(name) := testing.with_container({"image": name})

by_digest := "registry.example.org:5000/shop/checkout@sha256:4bf5e35f0c2d4e8aa6ba2d2bd0a9f4e5ed8cf8fb3a2c4d6b8e0f1a2b3c4d5e6f"

acting := {"action": "setImage", "environment": "prod", "undoes": false, "restores": false}

test_i01_allows_any_registry_unless_listed_otherwise if {
	image.i01(before, named("elsewhere.example.com/app:1"), {}) == set()
}

test_i01_allows_a_listed_registry_and_what_did_not_change if {
	image.i01(before, named("registry.example.org:5000/shop/other:2"), {}) == set() with data.remediation.limits.registries as ["registry.example.org:5000/shop/*"]
	image.i01(before, before, {}) == set() with data.remediation.limits.registries as []
}

test_i01_denies_any_other if {
	every name in ["elsewhere.example.com/app:1", "app:1", "registry.example.org:5000.evil.example/shop/app:1", "", 7] {
		count(image.i01(before, named(name), {})) == 1 with data.remediation.limits.registries as ["registry.example.org:5000/*"]
	}
}

test_i03_allows_a_digest_and_other_environments if {
	image.i03(before, named(by_digest), acting) == set() with data.remediation.limits.digestEnvironments as ["prod"]
	image.i03(before, named("nginx:1.27"), acting) == set()
	image.i03(before, before, acting) == set() with data.remediation.limits.digestEnvironments as ["prod"]
}

test_i03_denies_a_tag_in_production if {
	every name in ["nginx:1.27", "nginx@md5:4bf5", ""] {
		count(image.i03(before, named(name), acting)) == 1 with data.remediation.limits.digestEnvironments as ["prod"]
	}
}

test_i04_allows_another_tag_and_plans_about_the_image if {
	image.i04(before, named("registry.example.org:5000/shop/checkout:1.4.1"), {"action": "setResources", "undoes": false, "restores": false}) == set()
	image.i04(before, named("elsewhere.example.com/app:1"), acting) == set()
	image.i04(before, named("elsewhere.example.com/app:1"), {"action": "restoreField", "undoes": true, "restores": true}) == set()
}

test_i04_denies_another_repository if {
	every name in ["elsewhere.example.com/shop/checkout:1.4.2", "registry.example.org/shop/checkout:1.4.2", null] {
		count(image.i04(before, named(name), {"action": "setResources", "undoes": false, "restores": false})) == 1
	}
	count(image.i04(before, named("elsewhere.example.com/app:1"), {"action": "restoreField", "undoes": true, "restores": false})) == 1
}
