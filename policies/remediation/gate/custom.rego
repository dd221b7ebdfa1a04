package remediation.gate

import data.remediation.lib

# Rules that users add, each in a package of its own below `remediation.custom`, with `violations` and `warnings` as sets.

custom_violations contains violation if {
	some name
	answer := data.remediation.custom[name].violations[_]
	violation := custom_violation(name, answer)
}

# A package whose answer is no collection has none that can be read, which must not pass for "nothing to say".
custom_violations contains lib.unsafe(name, "", "the rule's violations are neither a set nor a list") if {
	some name
	answer := data.remediation.custom[name].violations
	not is_set(answer)
	not is_array(answer)
}

custom_violation(name, answer) := {
	"id": text_or(lib.field(answer, "id"), name),
	"class": custom_class(answer),
	"path": text_or(lib.field(answer, "path"), ""),
	"message": text_or(lib.field(answer, "message"), "refused by a custom rule"),
	"notBefore": not_before(answer),
}

# Only what says plainly that it may wait, waits.
default custom_class(_) := "Unsafe"

custom_class(answer) := "Deferred" if answer.class == "Deferred"

default not_before(_) := null

not_before(answer) := answer.notBefore if is_string(answer.notBefore)

custom_warnings contains text if {
	some name
	answer := data.remediation.custom[name].warnings[_]
	text := clip(concat(": ", [name, text_or(lib.field(answer, "message"), "a custom rule warns")]), 256)
}

default text_or(_, _) := ""

text_or(value, _) := value if is_string(value)

text_or(value, otherwise) := otherwise if not is_string(value)
