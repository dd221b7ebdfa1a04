package remediation.lib

# A leaf is what a person would point at: a scalar, or an empty list or map.
leaf(value) if not is_composite(value)

leaf(value) if count(value) == 0

is_composite(value) if is_object(value)

is_composite(value) if is_array(value)

# leaves are pairs of a path and what stands there.
leaves(object) := {[path, value] |
	walk(object, [path, value])
	leaf(value)
}

# differences are the JSON pointers of all leaves that are not the same in both, also of those that only one has.
differences(before, after) := found if {
	old := leaves(before)
	new := leaves(after)
	found := {pointer(path) | some [path, _] in ((old - new) | (new - old))}
}

# pointer writes a list of field names and indices as a JSON pointer (RFC 6901).
pointer(path) := concat("", [concat("", ["/", segment(part)]) | some part in path])

segment(part) := replace(replace(part, "~", "~0"), "/", "~1") if is_string(part)

segment(part) := format_int(part, 10) if is_number(part)
