/**
 * The size of request bodies, also of those whose length nobody announces.
 */
@NullMarked
package io.openclaw.tokenbucket.gateway.body;

import org.jspecify.annotations.NullMarked;
