package remediation.image

import data.remediation.lib

# I02: an image that changes is named by a fixed tag or a digest, never by `latest`, said or implied.
i02(before, after, _) := {lib.unsafe("I02", path, message) |
	some entry in lib.containers(after)
	image := lib.field(entry.container, "image")
	image != lib.field(lib.same_container(before, entry), "image")
	lib.moving(image)
	path := concat("/", [entry.pointer, "image"])
	message := sprintf("image %s must have a tag other than latest", [lib.clip(image)])
}

# What runs `latest` already is not this plan's doing: worth saying, no reason to leave it broken.
i02_warnings(before, after) := {lib.warning("I02", path, message) |
	some entry in lib.containers(after)
	image := lib.field(entry.container, "image")
	image == lib.field(lib.same_container(before, entry), "image")
	lib.moving(image)
	path := concat("/", [entry.pointer, "image"])
	message := sprintf("image %s has no fixed tag", [lib.clip(image)])
}
