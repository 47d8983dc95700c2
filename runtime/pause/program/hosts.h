#ifndef HOSTS_H
#define HOSTS_H

/* write_hosts puts /etc/hosts into the kubelet's words; of_machine where it is the machine's own, which
 * a pod in the machine's network has. */
void write_hosts(int of_machine);

#endif
