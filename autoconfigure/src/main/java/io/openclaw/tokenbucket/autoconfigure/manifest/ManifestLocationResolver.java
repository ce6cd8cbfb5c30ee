package io.openclaw.tokenbucket.autoconfigure.manifest;

import java.util.List;

import org.springframework.boot.context.config.ConfigDataLocation;
import org.springframework.boot.context.config.ConfigDataLocationNotFoundException;
import org.springframework.boot.context.config.ConfigDataLocationResolver;
import org.springframework.boot.context.config.ConfigDataLocationResolverContext;
import org.springframework.core.io.Resource;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.ResourceUtils;

/**
 * Finds manifests: {@code openclaw:} and a path or a location of Spring's, such as
 * {@code openclaw:file:/etc/openclaw/bucket-config.json}.
 */
class ManifestLocationResolver implements ConfigDataLocationResolver<ManifestDataResource> {

	private static final String PREFIX = "openclaw:";

	private final ResourceLoader resources;

	ManifestLocationResolver(ResourceLoader resources) {
		this.resources = resources;
	}

	@Override
	public boolean isResolvable(ConfigDataLocationResolverContext context, ConfigDataLocation location) {
		return location.hasPrefix(PREFIX);
	}

	@Override
	public List<ManifestDataResource> resolve(ConfigDataLocationResolverContext context, ConfigDataLocation location) {
		String place = location.getNonPrefixedValue(PREFIX);
		// Without a scheme it is a file, as everywhere in spring.config.import.
		Resource resource = this.resources
			.getResource(ResourceUtils.isUrl(place) ? place : ResourceUtils.FILE_URL_PREFIX + place);
		if (resource.exists()) {
			return List.of(new ManifestDataResource(location.isOptional(), resource));
		}
		if (location.isOptional()) {
			return List.of();
		}
		throw new ConfigDataLocationNotFoundException(location);
	}

}
