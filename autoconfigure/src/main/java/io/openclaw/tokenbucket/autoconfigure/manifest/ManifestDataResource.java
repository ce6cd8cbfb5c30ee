package io.openclaw.tokenbucket.autoconfigure.manifest;

import org.springframework.boot.context.config.ConfigDataResource;
import org.springframework.core.io.Resource;

/**
 * The location of a manifest. Immutable.
 */
final class ManifestDataResource extends ConfigDataResource {

	private final Resource resource;

	ManifestDataResource(boolean optional, Resource resource) {
		super(optional);
		this.resource = resource;
	}

	Resource resource() {
		return this.resource;
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof ManifestDataResource manifest && manifest.resource.equals(this.resource);
	}

	@Override
	public int hashCode() {
		return this.resource.hashCode();
	}

	@Override
	public String toString() {
		return "manifest " + this.resource.getDescription();
	}

}
