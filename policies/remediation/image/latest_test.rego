package remediation.image_test

import data.remediation.image
import data.remediation.testing

before := testing.with_container({})

fixed := [
	"nginx:1.27",
	"registry:5000/team/app:2",
	"registry.example.org/app@sha256:4bf5e35f0c2d4e8aa6ba2d2bd0a9f4e5ed8cf8fb3a2c4d6b8e0f1a2b3c4d5e6f",
	"app:latest-but-named",
	"latest:1.0",
]

moving := [
	"nginx",
	"nginx:latest",
	"nginx:LATEST",
	"registry:5000/team/app",
	"registry:5000/team/app:latest",
	"nginx:latest@sha256:4bf5e35f0c2d4e8aa6ba2d2bd0a9f4e5ed8cf8fb3a2c4d6b8e0f1a2b3c4d5e6f",
	"nginx@sha256:4bf5@sha256:4bf5",
	"",
	null,
	7,
]

test_i02_allows_fixed_tags_and_digests if {
	every name in fixed {
		image.i02(before, testing.with_container({"image": name}), {}) == set()
	}
}

test_i02_denies_latest_said_or_implied if {
	every name in moving {
		count(image.i02(before, testing.with_container({"image": name}), {})) == 1
	}
}

test_i02_denies_it_in_every_kind_and_list if {
	every object in testing.everywhere({"image": "nginx"}) {
		count(image.i02({}, object, {})) == 1
	}
}

test_i02_only_warns_of_what_runs_latest_already if {
	object := testing.with_container({"image": "nginx:latest"})
	image.i02(object, object, {}) == set()
	count(image.i02_warnings(object, object)) == 1
	image.i02_warnings(before, before) == set()
	image.i02_warnings(before, object) == set()
}
