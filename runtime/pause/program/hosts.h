#ifndef HOSTS_H
#define HOSTS_H

/* Whose file it is: in the machine's network the machine's own. */
enum hosts { OF_POD, OF_MACHINE };

/* write_hosts puts /etc/hosts into the kubelet's words. Of the words, pairs that end with a null,
 * "alias" is an address and names with blanks between, and "host" the pod's hostname, if it has dots. */
void write_hosts(enum hosts of, char **words);

#endif
