package remediation.lib

# tag of an image reference: "" if it has none. A port of the registry is no tag: `registry:5000/app`.
tag(image) := parts[count(parts) - 1] if {
	parts := tag_parts(image)
	count(parts) > 1
}

tag(image) := "" if count(tag_parts(image)) == 1

tag_parts(image) := split(name, ":") if {
	segments := split(split(image, "@")[0], "/")
	name := segments[count(segments) - 1]
}

digest(image) := parts[1] if {
	parts := split(image, "@")
	count(parts) == 2
}

# moving is an image reference whose bytes may change without a commit.
moving(image) if not is_string(image)

moving(image) if lower(tag(image)) == "latest"

moving(image) if {
	tag(image) == ""
	not digest(image)
}

# repository of an image reference: everything before tag and digest. "" for what is no reference.
default repository(_) := ""

repository(image) := concat("/", array.concat(array.slice(segments, 0, count(segments) - 1), [name])) if {
	is_string(image)
	segments := split(split(image, "@")[0], "/")
	name := split(segments[count(segments) - 1], ":")[0]
}
