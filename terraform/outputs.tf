# What a module that makes a Kubernetes cluster on OpenStack tells the fleet. It goes into that module, beside
# whatever makes the cluster there (Magnum, Cluster API, Gardener); bayplan reads nothing but the JSON.

output "cluster_name" {
  value = var.cluster_name
}

output "region" {
  value = var.region
}

output "kubernetes_version" {
  value = var.kubernetes_version
}

# The address of the gateway. Made apart from the load balancer, so that it outlives it.
output "ingress_floating_ip" {
  value = openstack_networking_floatingip_v2.ingress.address
}

output "external_network_id" {
  value = data.openstack_networking_network_v2.external.id
}

# Designate ends a zone with a dot, hosts do not.
output "dns_zone" {
  value = trimsuffix(openstack_dns_zone_v2.cluster.name, ".")
}

output "storage_classes" {
  value = {
    rwo = "csi-cinder-sc-retain"
    rwx = "csi-manila-cephfs"
  }
}

output "node_pools" {
  value = [for pool in var.node_pools : { name = pool.name, flavor = pool.flavor, nodes = pool.nodes }]
}
