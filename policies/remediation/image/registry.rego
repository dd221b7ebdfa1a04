package remediation.image

import data.remediation.lib

# I01: an image that changes comes from a listed registry (`limits.registries`, globs over the reference without tag and digest).
i01(before, after, _) := {lib.unsafe("I01", change.path, message) |
	some change in changed_images(before, after)
	not listed(lib.repository(change.image))
	message := sprintf("image %s is not from a listed registry", [lib.clip(change.image)])
}

# I03: in production (`limits.digestEnvironments`, values of the cluster label `env`) an image that changes is named by its digest.
i03(before, after, ctx) := {lib.unsafe("I03", change.path, message) |
	ctx.environment in data.remediation.limits.digestEnvironments
	some change in changed_images(before, after)
	not by_digest(change.image)
	message := sprintf("image %s must be named by its digest here", [lib.clip(change.image)])
}

# I04: the repository of an image stays, unless the plan is about the image or goes back to an earlier one.
i04(before, after, ctx) := {lib.unsafe("I04", change.path, message) |
	not about_images(ctx)
	some change in changed_images(before, after)
	change.before != null
	lib.repository(change.image) != lib.repository(change.before)
	message := sprintf("image %s is from another repository", [lib.clip(change.image)])
}

about_images(ctx) if ctx.action == "setImage"

about_images(ctx) if {
	ctx.undoes
	ctx.restores
}

changed_images(before, after) := [change |
	some entry in lib.containers(after)
	change := {
		"path": concat("/", [entry.pointer, "image"]),
		"image": lib.field(entry.container, "image"),
		"before": lib.field(lib.same_container(before, entry), "image"),
	}
	change.image != change.before
]

listed(repository) if {
	some pattern in data.remediation.limits.registries
	glob.match(pattern, null, repository)
}

by_digest(image) if startswith(lib.digest(image), "sha256:")
