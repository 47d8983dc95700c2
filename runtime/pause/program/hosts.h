#ifndef HOSTS_H
#define HOSTS_H

/* Whose file it is: in the machine's network the machine's own, unless there are aliases: of those the
 * engine makes a file that has nothing else. */
enum hosts { OF_POD, OF_MACHINE, OF_ALIASES };

/* write_hosts puts /etc/hosts into the kubelet's words. */
void write_hosts(enum hosts of);

#endif
