package remediation.boundary

import data.remediation.lib

# What a Service or an Ingress shows, and to whom.
exposing := {
	"Service": ["type", "externalName", "externalIPs", "loadBalancerIP", "loadBalancerClass", "loadBalancerSourceRanges", "externalTrafficPolicy"],
	"Ingress": ["ingressClassName", "tls"],
}

# N02: who can reach the workload from outside stays the same: a Service's type and addresses, an Ingress's hosts, class and TLS.
n02(before, after, ctx) := ({lib.unsafe("N02", path, message) |
	some name in exposing[ctx.ref.kind]
	lib.at(before, ["spec", name]) != lib.at(after, ["spec", name])
	not shown_alike(name, before, after, ctx)
	path := lib.pointer(["spec", name])
	message := sprintf("%s must stay as it is", [name])
} | {lib.unsafe("N02", "/spec/ports", "node ports must stay as they are") |
	ctx.ref.kind == "Service"
	node_ports(before) != node_ports(after)
}) | {lib.unsafe("N02", "/spec/rules", "hosts must stay as they are") |
	ctx.ref.kind == "Ingress"
	hosts(before) != hosts(after)
}

# Traffic may be spread over all nodes again; an Ingress may go back to a class, or to another Secret for the same hosts.
shown_alike("externalTrafficPolicy", before, after, ctx) if {
	ctx.action == "setPodField"
	lib.at(before, ["spec", "externalTrafficPolicy"]) == "Local"
	lib.at(after, ["spec", "externalTrafficPolicy"]) == "Cluster"
}

shown_alike("ingressClassName", _, _, ctx) if {
	ctx.action in {"setIngress", "restoreField"}
	ctx.restores
}

shown_alike("tls", before, after, ctx) if {
	ctx.action in {"setIngress", "restoreField"}
	tls_hosts(before) == tls_hosts(after)
}

tls_hosts(object) := [lib.field(entry, "hosts") | some entry in lib.at(object, ["spec", "tls"])]

node_ports(object) := {port |
	some entry in lib.at(object, ["spec", "ports"])
	port := lib.field(entry, "nodePort")
	port != null
}

# A rule without a host answers for every host.
hosts(object) := {host |
	some rule in lib.at(object, ["spec", "rules"])
	host := lib.field(rule, "host")
}
