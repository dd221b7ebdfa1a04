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
	path := lib.pointer(["spec", name])
	message := sprintf("%s must stay as it is", [name])
} | {lib.unsafe("N02", "/spec/ports", "node ports must stay as they are") |
	ctx.ref.kind == "Service"
	node_ports(before) != node_ports(after)
}) | {lib.unsafe("N02", "/spec/rules", "hosts must stay as they are") |
	ctx.ref.kind == "Ingress"
	hosts(before) != hosts(after)
}

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
