<?php
get_header();
echo '<main id="main" class="site-main">';
if ( have_posts() ) {
	while ( have_posts() ) {
		the_post();
		the_title( '<h1>', '</h1>' );
		is_singular() ? the_content() : the_excerpt();
	}
} else {
	echo is_404() ? '<h1>Not found</h1>' : '<h1>Nothing here</h1>';
}
echo '</main>';
get_footer();
