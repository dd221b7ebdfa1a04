package remediation.resources

import data.remediation.lib

# Quantities are compared in the base units that the input carries for them (`change.norm`): text such as "1.5Gi" is never
# calculated with here. A changed quantity without such a value is refused, not guessed.

sections := ["limits", "requests"]

units := {"cpu": "millicores", "memory": "bytes", "ephemeral-storage": "bytes"}

# quantities lists every limit and request of every container, with its pointer.
quantities(object) := [quantity |
	some entry in lib.containers(object)
	some section in sections
	some name, value in lib.at(entry.container, ["resources", section])
	value != null
	quantity := {
		"container": [entry.list, entry.name],
		"section": section,
		"name": name,
		"value": value,
		"pointer": concat("", [entry.pointer, lib.pointer(["resources", section, name])]),
	}
]

# value_of is the same limit or request in another object; undefined if it is not set there.
value_of(object, quantity) := value if {
	container := lib.same_container(object, {"list": quantity.container[0], "name": quantity.container[1]})
	value := lib.at(container, ["resources", quantity.section, quantity.name])
	value != null
}

default changed(_, _) := false

changed(before, quantity) if not value_of(before, quantity)

changed(before, quantity) if value_of(before, quantity) != quantity.value

# touched names the containers whose limits or requests are not what they were.
touched(before, after) := {quantity.container |
	some quantity in quantities(after)
	changed(before, quantity)
} | {quantity.container |
	some quantity in quantities(before)
	changed(after, quantity)
}

# norm_after is the new value in base units; undefined where the input has none that can be trusted.
norm_after(ctx, quantity) := value if {
	entry := ctx.norm[quantity.pointer]
	entry.unit == units[quantity.name]
	value := entry.after
	is_number(value)
	value > 0
}
