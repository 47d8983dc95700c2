#ifndef RESOLV_H
#define RESOLV_H

/* resolv_words reports whether args are pairs of nameserver, search or option and a value. */
int resolv_words(char **args);

/* add_resolv adds such pairs to what the engine has written into /etc/resolv.conf. */
void add_resolv(char **args);

#endif
