#ifndef RESOLV_H
#define RESOLV_H

/* add_resolv adds to what the engine has written into /etc/resolv.conf. Of the words, pairs that end with
 * a null, "nameserver", "search" and "option" are of this file. */
void add_resolv(char **words);

#endif
